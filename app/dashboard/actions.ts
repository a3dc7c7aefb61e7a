'use server'

import { z } from 'zod'
import { isUserId } from '@/lib/cache/clerk-cache'
import { invalidateUserCache, warmUpUserCache } from '@/lib/cache/clerk-cache-utils'
import { invalidateMembershipsOfUser, removeOrganization } from '@/lib/cache/organization-cache'
import { isOrganizationId } from '@/lib/cache/organization-lookups'
import { batchRefreshTokens, disconnectIntegration } from '@/lib/integrations/integrations.service'
import { providerOf } from '@/lib/integrations/providers'
import { type ActionResult, adminAction, done, failed } from './admin-action'
import { describeRefresh } from './format'

const userId = z.string().refine(isUserId)
const userForm = z.object({ userId })
const organizationForm = z.object({ organizationId: z.string().refine(isOrganizationId) })
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
    const message = describeRefresh(provider.name, outcome, Date.now())
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

/** Invalidates an organization, the slug that leads to it, and its memberships. */
export const invalidateOrganization = async (
  _before: ActionResult | null,
  form: FormData,
): Promise<ActionResult> =>
  adminAction('cache.invalidate', { form, shape: organizationForm }, async ({ organizationId }) => {
    await removeOrganization(organizationId)
    return done('Invalidated. The next reads load this organization from Clerk.')
  })

/** Loads the user unless they are cached. */
export const warm = async (_before: ActionResult | null, form: FormData): Promise<ActionResult> =>
  adminAction('cache.warm', { form, shape: userForm }, async ({ userId }) => {
    const result = await warmUpUserCache(userId)
    return result.failed > 0
      ? failed('The user could not be loaded: Clerk is not responding. Trying again is safe.')
      : done('Cached.')
  })
