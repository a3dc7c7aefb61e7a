import { insideNext } from '../env'

/**
 * Who acts for the signed-in user of this request, by Clerk's impersonation (the claim `act`): their ID. Null for users
 * themselves, without a session, and outside Next.
 */
export async function currentImpersonator(): Promise<string | null> {
  if (!insideNext) return null
  // Not imports: scripts, tests and workers must load nothing of Next.
  const { auth }: typeof import('@clerk/nextjs/server') = require('@clerk/nextjs/server')
  const { unstable_rethrow }: typeof import('next/navigation') = require('next/navigation')
  try {
    const { actor } = await auth()
    return actor ? actor.sub : null
  } catch (error) {
    unstable_rethrow(error)
    // Not in a request that Clerk's middleware has seen, such as a webhook: nobody is signed in.
    return null
  }
}
