import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { type CachedUser, getCachedUserById, rolesOf, userById } from '../cache/clerk-cache'
import { updateUserMetadata } from '../cache/user-writes'
import { KitError } from '../errors'

/** Nobody is signed in, or who is may not do this. */
export class AuthError extends KitError {
  readonly status: 401 | 403

  constructor(code: 'unauthenticated' | 'forbidden') {
    super(code, code === 'unauthenticated' ? 'Sign in first.' : 'This needs a role you do not have.')
    this.status = code === 'unauthenticated' ? 401 : 403
  }
}

/** The signed-in user from the cache, or null: the cached counterpart of Clerk's `currentUser()`. */
export async function getCurrentUser(): Promise<CachedUser | null> {
  const { userId } = await auth()
  return userId ? getCachedUserById(userId) : null
}

/**
 * The signed-in user, past the request's memo and the process layer.
 * @throws AuthError `unauthenticated` when nobody is signed in or the user is gone.
 */
export async function requireUser(): Promise<CachedUser> {
  const { userId } = await auth()
  const user = userId ? await userById.fresh(userId) : null
  if (!user) throw new AuthError('unauthenticated')
  return user
}

export const isAdmin = (user: CachedUser): boolean => rolesOf(user).includes('admin')

/** The signed-in user, who has the role `admin`. @throws AuthError `unauthenticated` or `forbidden` */
export async function requireAdmin(): Promise<CachedUser> {
  const user = await requireUser()
  if (!isAdmin(user)) throw new AuthError('forbidden')
  return user
}

/** The roles in a user's public metadata; none for somebody who does not exist. */
export async function getUserRoles(userId: string): Promise<string[]> {
  const user = await getCachedUserById(userId)
  return user ? rolesOf(user) : []
}

/** Whether a user has a role. */
export const hasRole = async (userId: string, role: string): Promise<boolean> =>
  (await getUserRoles(userId)).includes(role)

/**
 * Gives a user these roles and no others, at Clerk and then in the cache. For admins only.
 * @throws AuthError; ClerkError; SavedButStaleError when Clerk has saved and Redis did not confirm.
 */
export async function updateUserRole(userId: string, roles: readonly string[]): Promise<CachedUser> {
  await requireAdmin()
  return updateUserMetadata(userId, { publicMetadata: { role: roles.length === 1 ? roles[0] : roles } })
}
