import { emitAudit } from '../cache/audit-events'
import { type CachedUser, userById } from '../cache/clerk-cache'
import { revocationMarkersOf } from '../cache/revocations'
import { LookupError } from '../lookup/errors'

export type SessionOptions = {
  /**
   * Refuses while Redis cannot say whether the session was revoked: for whoever hands out tokens or rights. Unless
   * told, the user is let in for what is left of their session token, 60 s at most, which Clerk does not renew for a
   * revoked session.
   */
  failClosed?: boolean
}

/**
 * The user of a session that Clerk's token has proven, past the request's memo and the process layer; null when the
 * session was revoked or the user is gone. One MGET asks for the user and for both guards.
 * @throws LookupError `revocation_unknown` with `failClosed` while Redis is out; ClerkError
 */
export async function userOfSession(
  { userId, sessionId }: { userId: string; sessionId: string | null },
  { failClosed = false }: SessionOptions = {},
): Promise<CachedUser | null> {
  const tellRefusal = (outcome: string) =>
    emitAudit({
      action: 'session.use',
      actor: userId,
      subject: userId,
      ...(sessionId && { target: sessionId }),
      outcome,
    })
  try {
    const user = await userById.fresh(userId, { revocationMarkers: revocationMarkersOf(userId, sessionId) })
    if (!user) tellRefusal('user_gone')
    return user
  } catch (error) {
    if (!(error instanceof LookupError)) throw error
    if (error.code === 'revocation_unknown' && !failClosed) return userById.fresh(userId)
    if (error.code !== 'revoked' && error.code !== 'revocation_unknown') throw error
    tellRefusal(error.code)
    if (error.code === 'revoked') return null
    throw error
  }
}
