import 'server-only'
import { auth } from '@clerk/nextjs/server'
import type { CachedUser } from '../cache/clerk-cache'
import { AuthError, isAdmin, requireUser } from './roles.server'

/** For pages: what the work gives a signed-in user; a redirect to the sign-in page when nobody is. */
export async function orSignIn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'unauthenticated') throw error
    const { redirectToSignIn } = await auth()
    return redirectToSignIn()
  }
}

/** For pages: the signed-in user, or a redirect to the sign-in page. */
export const signedInUser = (): Promise<CachedUser> => orSignIn(requireUser)

/** For pages: the signed-in admin; null for everybody else who is signed in; a redirect when nobody is. */
export async function signedInAdmin(): Promise<CachedUser | null> {
  const user = await signedInUser()
  return isAdmin(user) ? user : null
}
