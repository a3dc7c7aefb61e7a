import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { unstable_rethrow } from 'next/navigation'
import { actorOf } from '../cache/audit-events'
import { setImpersonator } from '../cache/impersonator'
import { LONGEST_TOKEN_AGE } from '../cache/revocations'
import { outside } from '../lookup/outside'
import { AuthError } from './auth-error'

/** The signed-in user, from the session token. Reads for them pass the session, so that revoking it ends access. */
export interface Caller {
  userId: string
  sessionId: string
  /** Who acts for the user, by Clerk's impersonation: the claim `act` of the session token. */
  impersonator: string | null
}

/** Who acts for the user of a session, by the claim `act` of its token; null for users themselves. */
const impersonatorIn = ({ actor }: { actor?: { sub?: string } | null | undefined }): string | null =>
  actor ? actor.sub || 'unknown' : null

/** A token that somebody made with a longer life than Clerk's 60 s: its session may have been revoked long ago. */
const isTooOld = ({ sessionClaims }: { sessionClaims?: { iat?: number } | null }) =>
  // Next allows no current time in a prerender, which a prefetch is. This one decides only who is refused.
  outside(Date.now) / 1000 - (sessionClaims?.iat ?? Number.POSITIVE_INFINITY) > LONGEST_TOKEN_AGE

/** @throws AuthError `unauthenticated` */
export async function requireCaller(): Promise<Caller> {
  const session = await auth()
  const { userId, sessionId } = session
  // A token of one of Clerk's JWT templates has no session, so nothing could end it: it is for other services.
  if (!userId || !sessionId || isTooOld(session)) throw new AuthError('unauthenticated')
  return { userId, sessionId, impersonator: impersonatorIn(session) }
}

setImpersonator(async () => {
  try {
    return impersonatorIn(await auth())
  } catch (error) {
    unstable_rethrow(error)
    // Not in a request that Clerk's middleware has seen, such as a webhook or a job: nobody is signed in.
    return null
  }
})

/** Who an audit event of this request names. @throws AuthError `unauthenticated` */
export const currentActor = async () => actorOf(await requireCaller())
