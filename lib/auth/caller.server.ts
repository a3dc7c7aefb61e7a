import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { unstable_rethrow } from 'next/navigation'
import { actorOf } from '../cache/audit-events'
import { impersonatorOf, setImpersonator, unknownImpersonator } from '../cache/impersonator'
import { LONGEST_TOKEN_AGE } from '../cache/revocation-markers'
import { insideNext } from '../env'
import { outside } from '../lookup/outside'
import { AuthError } from './auth-error'
import { appOrigins } from './origins'

/** The signed-in user, from the session token. Reads for them pass the session, so that revoking it ends access. */
export interface Caller {
  userId: string
  sessionId: string
  /** Who acts for the user, by Clerk's impersonation: the claim `act` of the session token. */
  impersonator: string | null
  /** Whether that is a person of Clerk's dashboard, who is not a user of this app. */
  fromDashboard: boolean
}

/** The issuer (`iss`) that Clerk's dashboard writes into the claim `act`: https://clerk.com/docs/guides/sessions/session-tokens */
const DASHBOARD = 'https://dashboard.clerk.com'

const isText = (claim: unknown): claim is string => typeof claim === 'string' && claim !== ''

/** How far the clocks of Clerk and of this server may differ. Seconds. */
const LEEWAY = 60

/** Other apps of the same Clerk instance get session tokens too. Clerk's middleware may have been told so, or not. */
function isOfThisApp({ azp }: Readonly<Record<string, unknown>>): boolean {
  const origins = appOrigins()
  return origins.length === 0 || (isText(azp) && origins.includes(azp))
}

/**
 * Whether a token is one of Clerk's session tokens, which live for 60 s. Clerk's SDK accepts one without `iat` and `sid`,
 * and of any age: if somebody made it to last longer, its session may have been revoked so long ago that the revocation
 * marker has expired. A token of a JWT template has no session, so nothing could end it: it is for other services.
 */
function isSessionToken(claims: Readonly<Record<string, unknown>>): boolean {
  const { iat, exp, sub, sid } = claims
  if (typeof iat !== 'number' || typeof exp !== 'number' || !isText(sub) || !isText(sid)) return false
  // Next allows no current time in a prerender, which a prefetch is. This one decides only who is refused.
  const now = outside(Date.now) / 1000
  return iat <= now + LEEWAY && iat >= now - LONGEST_TOKEN_AGE && exp >= now - LEEWAY
}

/** The signed-in user of the request, or null. For code that shows who is signed in. */
export async function currentCaller(): Promise<Caller | null> {
  const session = await auth()
  const { userId, sessionId, sessionClaims } = session
  if (!userId || !sessionId || !sessionClaims) return null
  if (!isSessionToken({ ...sessionClaims }) || !isOfThisApp({ ...sessionClaims })) return null
  const fromDashboard = session.actor?.iss === DASHBOARD
  return { userId, sessionId, impersonator: impersonatorOf(session), fromDashboard }
}

/** @throws AuthError `unauthenticated` */
export async function requireCaller(): Promise<Caller> {
  const caller = await currentCaller()
  if (!caller) throw new AuthError('unauthenticated')
  return caller
}

setImpersonator(async () => {
  try {
    // Apps also read for a session with a task still to be done. By default it looks like nobody's.
    const session = await auth({ treatPendingAsSignedOut: false })
    // Where Clerk's middleware did not run, nobody is signed in if a header of the client says so, whatever token comes with it.
    return session.userId || insideNext ? impersonatorOf(session) : null
  } catch (error) {
    unstable_rethrow(error)
    // In Next it may be somebody's request: it also reads a stream, and runs `after()` of a page, where `auth()` fails.
    if (insideNext) throw unknownImpersonator()
    return null
  }
})

/** Who an audit event of this request names. @throws AuthError `unauthenticated` */
export const currentActor = async () => actorOf(await requireCaller())
