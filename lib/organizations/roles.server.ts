import 'server-only'
import { AuthError } from '../auth/auth-error'
import { currentActor } from '../auth/caller.server'
import { createGuesses } from '../auth/guesses'
import { requireUser } from '../auth/roles.server'
import type { SessionOptions } from '../auth/session-user'
import { emitAudit } from '../cache/audit-events'
import { type CachedMembership, findMembership } from '../cache/organization-cache'

/** An ID of an organization often comes from an address. */
const guess = createGuesses()

/**
 * The signed-in user's membership in an organization, whatever the role. A member who was removed is refused at the next
 * request after the webhook was answered, while Redis is out too: Clerk is asked then, also whether the session was revoked.
 * @throws AuthError `forbidden` without the membership; as `requireUser`; ClerkError if Clerk must be asked and fails
 */
export const requireOrganizationMember = (
  organizationId: string,
  options?: SessionOptions,
): Promise<CachedMembership> => requireMembership(organizationId, () => true, options)

/** The same, for one role, such as `org:admin`. @throws as `requireOrganizationMember` */
export const requireOrganizationRole = (
  organizationId: string,
  role: string,
  options?: SessionOptions,
): Promise<CachedMembership> => requireMembership(organizationId, (one) => one.role === role, options)

/** The same, for one permission, such as `org:invoices:create`. @throws as `requireOrganizationMember` */
export const requireOrganizationPermission = (
  organizationId: string,
  permission: string,
  options?: SessionOptions,
): Promise<CachedMembership> =>
  requireMembership(organizationId, ({ permissions }) => permissions.includes(permission), options)

async function requireMembership(
  organizationId: string,
  allows: (membership: CachedMembership) => boolean,
  options: SessionOptions | undefined,
): Promise<CachedMembership> {
  const user = await requireUser({ askClerk: true, ...options })
  const membership = await guess(user.id, () => findMembership({ organizationId, userId: user.id }))
  if (membership && allows(membership)) return membership
  const target = organizationId.slice(0, 64)
  const actor = await currentActor()
  emitAudit({ ...actor, action: 'organization.require', subject: user.id, target, outcome: 'forbidden' })
  throw new AuthError('forbidden')
}
