'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { AuthError } from '@/lib/auth/auth-error'
import { requireAdmin } from '@/lib/auth/roles.server'
import { emitAudit } from '@/lib/cache/audit-events'
import { isUserId } from '@/lib/cache/clerk-cache'
import { invalidateUserCache, warmUpUserCache } from '@/lib/cache/clerk-cache-utils'
import { ClerkError } from '@/lib/clerk/error'
import { findUser } from '@/lib/dashboard/find-user'
import { batchRefreshTokens, disconnectIntegration } from '@/lib/integrations/integrations.service'
import { providers } from '@/lib/integrations/providers'
import { type ActionResult, adminAction, done, failed, REFUSED } from './admin-action'
import { wordsOfRefresh } from './format'

const userId = z.string().refine(isUserId)
const ofUser = z.object({ userId })
const ofAccount = z.object({
  userId,
  provider: z.string().transform((id, context) => {
    const provider = providers.find((one) => one.id === id)
    if (provider) return provider
    context.addIssue('no such provider')
    return z.NEVER
  }),
  externalAccountId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
})

/** Asks Clerk for the user's token of an account. */
export const refreshToken = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('dashboard.refresh', { form, shape: ofAccount }, async ({ admin, asked }) => {
    const { userId, provider, externalAccountId } = asked
    const token = { userId, provider: provider.id, ...(externalAccountId && { externalAccountId }) }
    const [outcome] = await batchRefreshTokens([token], { actor: admin, maxWait: 5 })
    return outcome?.status === 'ok'
      ? done(wordsOfRefresh(provider.name, outcome))
      : failed(wordsOfRefresh(provider.name, outcome))
  })

/** Removes an account of the user at Clerk. */
export const disconnect = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('dashboard.disconnect', { form, shape: ofAccount }, async ({ admin, asked }) => {
    const { userId, provider, externalAccountId } = asked
    await disconnectIntegration(userId, provider.id, {
      actor: admin,
      ...(externalAccountId && { externalAccountId }),
    })
    return done(`${provider.name} is disconnected.`)
  })

/** Forgets the user. */
export const invalidate = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('cache.invalidate', { form, shape: ofUser }, async ({ asked }) => {
    // With every name: what is cached may not know yet which are theirs now.
    await invalidateUserCache(asked.userId)
    return done('Forgotten. The next read asks Clerk.')
  })

/** Loads the user if they are not cached. */
export const warm = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('cache.warm', { form, shape: ofUser }, async ({ asked }) => {
    const { failed: lost } = await warmUpUserCache(asked.userId)
    return lost > 0 ? failed('Clerk does not answer. Repeating is safe.') : done('Cached.')
  })

/** Leads to a user by their id, whatever they were searched by: an address must not be part of a page's address. */
export async function searchUser(_before: ActionResult | null, form: FormData): Promise<ActionResult> {
  const word = z.string().trim().min(1).max(256).safeParse(form.get('word'))
  try {
    const admin = await requireAdmin()
    if (!word.success) return failed('Type an id, a username or an e-mail address.')
    const user = await findUser(word.data)
    emitAudit({
      action: 'dashboard.search',
      actor: admin.id,
      subject: user?.id ?? 'nobody',
      outcome: user ? 'ok' : 'not_found',
    })
    if (!user) return failed('Nobody goes by that. Usernames and addresses have to match as a whole.')
    redirect(`/dashboard?user=${user.id}#lookup`)
  } catch (error) {
    if (error instanceof AuthError) return REFUSED
    if (error instanceof ClerkError) return failed('Clerk does not answer, and they are not in the cache.')
    throw error
  }
}
