/**
 * How long a revocation marker is kept. A session token lives for 60 s, and Clerk issues no new one for a revoked
 * session, so 10 minutes leave room for clock skew. Seconds.
 */
export const MARKER_SECONDS = 600

/** A session token of this age may outlive the marker of its session, a minute for clock skew included. Seconds. */
export const LONGEST_TOKEN_AGE = MARKER_SECONDS - 60

export const markerOfUser = (userId: string) => `user:${userId}`
export const markerOfSession = (sessionId: string) => `session:${sessionId}`

/** The revocation markers that end a signed-in user's access. Pass them to a read of this user's data. */
export const revocationMarkersOf = (userId: string, sessionId?: string | null): string[] =>
  sessionId ? [markerOfUser(userId), markerOfSession(sessionId)] : [markerOfUser(userId)]
