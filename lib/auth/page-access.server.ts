import 'server-only'
import { auth } from '@clerk/nextjs/server'
import type { CachedUser } from '../cache/clerk-cache'
import { AuthError } from './auth-error'
import { requireAdmin, requireUser } from './roles.server'

/** For pages: the result of the work for a signed-in user; otherwise a redirect to the sign-in page. */
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

/** For pages: the signed-in admin; null for other signed-in users; otherwise a redirect to the sign-in page. */
export const signedInAdmin = (): Promise<CachedUser | null> =>
  orSignIn(() =>
    requireAdmin().catch((error: unknown) => {
      if (isRefusal(error, 'forbidden')) return null
      throw error
    }),
  )
