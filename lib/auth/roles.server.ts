import 'server-only'
import { audited, emitAudit, LONGEST_FIELD } from '../cache/audit-events'
import {
  type CachedUser,
  getCachedUserById,
  isBlocked,
  newUserById,
  rolesOf,
  userById,
} from '../cache/clerk-cache'
import { updateUserMetadata } from '../cache/user-writes'
import { AuthError } from './auth-error'
import { currentActor, currentCaller, requireCaller } from './caller.server'
import { type SessionOptions, userOfSession } from './session-user'

/**
 * The signed-in user from the cache, or null: the cached counterpart of Clerk's `currentUser()`, to show who is signed in.
 * It may be as old as the cache and stands in while Clerk is not responding: what decides a right calls `requireUser`.
 */
export async function getCurrentUser(): Promise<CachedUser | null> {
  const caller = await currentCaller()
  const user = caller && ((await getCachedUserById(caller.userId)) ?? (await newUserById(caller.userId)))
  return user && isBlocked(user) ? null : user
}

/**
 * The signed-in user, without the request memo and the process cache. While Redis is not responding, revocations cannot
 * be seen: the user is admitted until their session token expires, or refused with `failClosed`.
 * @throws AuthError `unauthenticated` without a signed-in user, or when the session was revoked or the user deleted, banned or locked;
 * LookupError `revocation_unknown` with `failClosed` while Redis is out.
 */
export async function requireUser(options?: SessionOptions): Promise<CachedUser> {
  const user = await userOfSession(await requireCaller(), options)
  if (!user) throw new AuthError('unauthenticated')
  return user
}

/** Whether the user's `publicMetadata.role` is or contains `admin`. Reads nothing. */
export const isAdmin = (user: CachedUser): boolean => rolesOf(user).includes('admin')

/**
 * The signed-in user, who has the role `admin`. While Redis is not responding, Clerk says whether their session was revoked,
 * or they are refused with `failClosed`.
 * @throws AuthError `forbidden`; as `requireUser`
 */
export async function requireAdmin(options?: SessionOptions): Promise<CachedUser> {
  const user = await requireUser({ askClerk: true, ...options })
  if (isAdmin(user)) return user
  emitAudit({ ...(await currentActor()), action: 'admin.require', subject: user.id, outcome: 'forbidden' })
  throw new AuthError('forbidden')
}

/**
 * The roles in a user's public metadata; none for a user that does not exist or is banned or locked. Never from a value
 * in grace. @throws ClerkError if the user is not cached and Clerk fails
 */
export async function getUserRoles(userId: string): Promise<string[]> {
  const user = await userById.fresh(userId, { grace: false })
  return user && !isBlocked(user) ? rolesOf(user) : []
}

/** Whether a user has a role. */
export const hasRole = async (userId: string, role: string): Promise<boolean> =>
  (await getUserRoles(userId)).includes(role)

/** The roles as the trail names them. No role may be hidden behind others. */
function nameOf(roles: readonly string[]): string {
  const name = roles.map((role) => encodeURIComponent(role)).join(' ')
  if (name.length > LONGEST_FIELD)
    throw new RangeError(`The roles of a user have at most ${LONGEST_FIELD} characters together`)
  return name
}

/**
 * Gives a user these roles and no others, at Clerk and then in the cache. For admins only, and not while Redis cannot
 * say whether the admin's session was revoked.
 * @throws AuthError; LookupError `revocation_unknown`; RangeError if the roles are longer than 200 characters; as `updateUserMetadata`
 */
export async function updateUserRole(userId: string, roles: readonly string[]): Promise<CachedUser> {
  await requireAdmin({ failClosed: true })
  const actor = await currentActor()
  const role = roles.length === 1 ? roles[0] : roles
  return audited({ ...actor, action: 'role.update', subject: userId, target: nameOf(roles) }, () =>
    updateUserMetadata(userId, { publicMetadata: { role } }),
  )
}
