import 'server-only'
import { auth } from '@clerk/nextjs/server'
import type { CachedUser } from '../cache/clerk-cache'
import { AuthError, isAdmin, requireUser } from './roles.server'

/** For pages: the signed-in user, or a redirect to the sign-in page. */
export async function signedInUser(): Promise<CachedUser> {
  try {
    return await requireUser()
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { redirectToSignIn } = await auth()
    return redirectToSignIn()
  }
}

/** For pages: the signed-in admin; null for everybody else who is signed in; a redirect when nobody is. */
export async function signedInAdmin(): Promise<CachedUser | null> {
  const user = await signedInUser()
  return isAdmin(user) ? user : null
}
