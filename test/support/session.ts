/** What `auth()` of Clerk's SDK returns for a user with a session token that was made just now, or for nobody. */
export function sessionOf(userId: string | null | undefined, sessionId = 'sess_1') {
  if (!userId) return { userId: null, sessionId: null, sessionClaims: null }
  const iat = Math.floor(Date.now() / 1000)
  const azp = process.env.APP_ORIGINS
  return { userId, sessionId, sessionClaims: { azp, sub: userId, sid: sessionId, iat, exp: iat + 60 } }
}
