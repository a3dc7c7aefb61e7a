import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { type CachedUser, getCachedUserById, rolesOf } from '../cache/clerk-cache'
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

/** The signed-in user. @throws AuthError `unauthenticated` when nobody is signed in or the user is gone. */
export async function requireUser(): Promise<CachedUser> {
  const user = await getCurrentUser()
  if (!user) throw new AuthError('unauthenticated')
  return user
}

/** The signed-in user, who has the role `admin`. @throws AuthError `unauthenticated` or `forbidden` */
export async function requireAdmin(): Promise<CachedUser> {
  const user = await requireUser()
  if (!rolesOf(user).includes('admin')) throw new AuthError('forbidden')
  return user
}
