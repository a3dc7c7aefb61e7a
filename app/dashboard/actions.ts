'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { currentActor } from '@/lib/auth/caller.server'
import { requireAdmin } from '@/lib/auth/roles.server'
import { emitAudit } from '@/lib/cache/audit-events'
import { isUserId } from '@/lib/cache/clerk-cache'
import { invalidateUserCache, warmUpUserCache } from '@/lib/cache/clerk-cache-utils'
import { invalidateMembershipsOfUser } from '@/lib/cache/organization-cache'
import { findUser } from '@/lib/dashboard/find-user'
import { fieldsOf } from '@/lib/http/form-fields'
import { refuseOverLimit } from '@/lib/http/rate-limit'
import { batchRefreshTokens, disconnectIntegration } from '@/lib/integrations/integrations.service'
import { providerOf } from '@/lib/integrations/providers'
import { type ActionResult, adminAction, done, failed, LIMIT, resultOf } from './admin-action'
import { describeRefresh } from './format'

const userId = z.string().refine(isUserId)
const userForm = z.object({ userId })
const accountForm = z.object({
  userId,
  // A user may have an account of a provider that is not declared.
  provider: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/)
    .transform(providerOf),
  externalAccountId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
})

/** Loads the user's token of an account from Clerk. */
export const refreshToken = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('dashboard.refresh', { form, shape: accountForm }, async (input, actor) => {
    const { userId, provider, externalAccountId } = input
    const token = { userId, provider: provider.id, ...(externalAccountId && { externalAccountId }) }
    const [outcome] = await batchRefreshTokens([token], { actor, maxWait: 5 })
    const message = describeRefresh(provider.name, outcome)
    return outcome?.status === 'ok' ? done(message) : failed(message)
  })

/** Removes an account of the user at Clerk. */
export const disconnect = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('dashboard.disconnect', { form, shape: accountForm }, async (input, actor) => {
    const { userId, provider, externalAccountId } = input
    await disconnectIntegration(userId, provider.id, {
      actor,
      ...(externalAccountId && { externalAccountId }),
    })
    return done(`${provider.name} is disconnected.`)
  })

/** Invalidates everything that is cached about the user. */
export const invalidate = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('cache.invalidate', { form, shape: userForm }, async ({ userId }) => {
    await Promise.all([invalidateUserCache(userId), invalidateMembershipsOfUser(userId)])
    return done('Invalidated. The next read loads this user from Clerk.')
  })

/** Loads the user unless they are cached. */
export const warm = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('cache.warm', { form, shape: userForm }, async ({ userId }) => {
    const result = await warmUpUserCache(userId)
    return result.failed > 0
      ? failed('The user could not be loaded: Clerk does not answer. Trying again is safe.')
      : done('Cached.')
  })

/** Opens the page of a user by ID, because a name or an email address must not become part of an address. */
export async function searchUser(_before: ActionResult | null, form: FormData): Promise<ActionResult> {
  const word = z.string().trim().min(1).max(256).safeParse(fieldsOf(form).word)
  try {
    await requireAdmin({ failClosed: true })
    if (!word.success) return failed('Enter a user ID, a username or an email address.')
    const actor = await currentActor()
    await refuseOverLimit(LIMIT, actor.actor)
    const user = await findUser(word.data)
    emitAudit({
      ...actor,
      action: 'dashboard.search',
      subject: user?.id ?? 'nobody',
      outcome: user ? 'ok' : 'not_found',
    })
    if (!user) return failed('User not found. Enter the whole username or email address.')
    redirect(`/dashboard?user=${user.id}#lookup`)
  } catch (error) {
    return resultOf(error)
  }
}
