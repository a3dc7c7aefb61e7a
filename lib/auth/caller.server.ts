import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { AuthError } from './auth-error'

/** The signed-in user, from the session token. Reads for them pass the session, so that revoking it ends access. */
export interface Caller {
  userId: string
  sessionId: string
}

/** @throws AuthError `unauthenticated` */
export async function requireCaller(): Promise<Caller> {
  const { userId, sessionId } = await auth()
  if (!userId || !sessionId) throw new AuthError('unauthenticated')
  return { userId, sessionId }
}
