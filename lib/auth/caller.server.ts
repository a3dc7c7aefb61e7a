import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { AuthError } from './auth-error'

/** Who is signed in, as the session token says. What is read for them takes the session's guards along. */
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
