import { lookups } from './lookups'

/**
 * How long a guard stands: a session token lives 60 s and Clerk issues no new one to a revoked session or a deleted
 * user, so 10 minutes leave room for any skew. Seconds.
 */
const GUARD_SECONDS = 600

const guardOfUser = (userId: string) => `user:${userId}`
const guardOfSession = (sessionId: string) => `session:${sessionId}`

/** The guards that end a signed-in user's access while they stand: pass them to a read of what is theirs. */
export const revocationMarkersOf = (userId: string, sessionId?: string | null): string[] =>
  sessionId ? [guardOfUser(userId), guardOfSession(sessionId)] : [guardOfUser(userId)]

/**
 * Refuses everything guarded by the user from now on, and forgets what carries these tags.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; repeating is safe.
 */
export const revokeUser = (userId: string, tags: readonly string[]): Promise<void> =>
  lookups().revoke(guardOfUser(userId), { seconds: GUARD_SECONDS, tags })

/** Refuses everything guarded by the session from now on. @throws LookupError as `revokeUser` */
export const revokeSession = (sessionId: string): Promise<void> =>
  lookups().revoke(guardOfSession(sessionId), { seconds: GUARD_SECONDS })
