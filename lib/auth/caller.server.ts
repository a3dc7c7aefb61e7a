import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { unstable_rethrow } from 'next/navigation'
import { actorOf } from '../cache/audit-events'
import { setImpersonator } from '../cache/impersonator'
import { AuthError } from './auth-error'

/** The signed-in user, from the session token. Reads for them pass the session, so that revoking it ends access. */
export interface Caller {
  userId: string
  sessionId: string
  /** Who acts for the user, by Clerk's impersonation: the claim `act` of the session token. */
  impersonator: string | null
}

/** @throws AuthError `unauthenticated` */
export async function requireCaller(): Promise<Caller> {
  const { userId, sessionId, actor } = await auth()
  if (!userId || !sessionId) throw new AuthError('unauthenticated')
  return { userId, sessionId, impersonator: actor ? actor.sub : null }
}

setImpersonator(async () => {
  try {
    const { actor } = await auth()
    return actor ? actor.sub : null
  } catch (error) {
    unstable_rethrow(error)
    // Not in a request that Clerk's middleware has seen, such as a webhook or a job: nobody is signed in.
    return null
  }
})

/** Who an audit event of this request names. @throws AuthError `unauthenticated` */
export const currentActor = async () => actorOf(await requireCaller())
