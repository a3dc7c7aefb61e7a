import { actorOf, emitAudit } from '../cache/audit-events'
import { type CachedUser, isBlocked, isUserId, newUserById, userById } from '../cache/clerk-cache'
import { revocationMarkersOf } from '../cache/revocation-markers'
import { isActiveAtClerk } from '../cache/session-at-clerk'
import { LookupError } from '../lookup/errors'
import type { Caller } from './caller.server'

export type SessionOptions = {
  /**
   * Refuses while Redis cannot say whether the session was revoked: for code that gives out tokens or rights. By
   * default the user is admitted until their session token expires, 60 s at most; Clerk does not renew it for a revoked
   * session.
   */
  failClosed?: boolean
  /** Asks Clerk then whether the session is active: for code that shows what a role opens. `failClosed` goes before it. */
  askClerk?: boolean
}

type Session = Pick<Caller, 'userId' | 'sessionId'> & Partial<Caller>

/**
 * Whether the person who impersonates the user is banned, locked or deleted, by what Clerk says. A person of Clerk's
 * dashboard is not a user of the app, and an ID of another form was given by the app itself: of neither does Clerk say anything.
 */
async function isActorBlocked({ impersonator = null, fromDashboard = false }: Session): Promise<boolean> {
  if (impersonator === null || fromDashboard || !isUserId(impersonator)) return false
  const options = { grace: false }
  const person =
    (await userById.fresh(impersonator, options)) ?? (await newUserById.fresh(impersonator, options))
  return person === null || isBlocked(person)
}

function refusalOf(user: CachedUser | null, actorBlocked: boolean): string | undefined {
  if (!user) return 'user_gone'
  return isBlocked(user) || actorBlocked ? 'blocked' : undefined
}

/**
 * The user of a session that Clerk's token has proven, without the request memo and the process cache; null when the
 * session was revoked, or the user, or the person who impersonates them, was deleted, banned or locked. One MGET reads
 * the user, that person and all revocation markers.
 * @throws LookupError `revocation_unknown` with `failClosed` while Redis is out; ClerkError
 */
export async function userOfSession(
  session: Session,
  { failClosed = false, askClerk = false }: SessionOptions = {},
): Promise<CachedUser | null> {
  const { userId, sessionId, impersonator = null } = session
  const auditRefusal = (outcome: string) =>
    emitAudit({
      action: 'session.use',
      ...actorOf({ userId, impersonator }),
      subject: userId,
      target: sessionId,
      outcome,
    })
  try {
    // The person who impersonates has access by an own account, which can be banned or deleted meanwhile.
    const ofImpersonator = impersonator === null ? [] : revocationMarkersOf(impersonator)
    const options = { revocationMarkers: [...revocationMarkersOf(userId, sessionId), ...ofImpersonator] }
    const [known, actorBlocked] = await Promise.all([
      userById.fresh(userId, options),
      isActorBlocked(session),
    ])
    const user = known ?? (await newUserById.fresh(userId, options))
    const refused = refusalOf(user, actorBlocked)
    if (refused) auditRefusal(refused)
    return refused ? null : user
  } catch (error) {
    if (!(error instanceof LookupError)) throw error
    if (error.code === 'revocation_unknown' && !failClosed) {
      const [user, actorBlocked, active] = await Promise.all([
        userById.fresh(userId, { grace: false }),
        isActorBlocked(session),
        !askClerk || isActiveAtClerk(session),
      ])
      const refused = !active ? 'revoked' : refusalOf(user, actorBlocked)
      if (refused) auditRefusal(refused)
      return refused ? null : user
    }
    if (error.code !== 'revoked' && error.code !== 'revocation_unknown') throw error
    auditRefusal(error.code)
    if (error.code === 'revoked') return null
    throw error
  }
}
