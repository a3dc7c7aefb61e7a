import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { actorOf } from '../cache/audit-events'
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

/** Who an audit event of this request names. @throws AuthError `unauthenticated` */
export const currentActor = async () => actorOf(await requireCaller())
