import 'server-only'
import { auth } from '@clerk/nextjs/server'
import type { CachedUser } from '../cache/clerk-cache'
import { AuthError } from './auth-error'
import { requireAdmin, requireUser } from './roles.server'

/** For pages: what the work gives a signed-in user; a redirect to the sign-in page when nobody is. */
export async function orSignIn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error, 'unauthenticated')) throw error
    const { redirectToSignIn } = await auth()
    return redirectToSignIn()
  }
}

const isRefusal = (error: unknown, code: string) => error instanceof AuthError && error.code === code

/** For pages: the signed-in user, or a redirect to the sign-in page. */
export const signedInUser = (): Promise<CachedUser> => orSignIn(requireUser)

/** For pages: the signed-in admin; null for everybody else who is signed in; a redirect when nobody is. */
export const signedInAdmin = (): Promise<CachedUser | null> =>
  orSignIn(() =>
    requireAdmin().catch((error: unknown) => {
      if (isRefusal(error, 'forbidden')) return null
      throw error
    }),
  )
