import type { OAuthToken } from './oauth-token'
import type { ConnectedAccount } from './token-lookup'

/** What the user can do about a token that is not there, and where: Clerk's account page. */
export interface Remedy {
  label: string
  href: string
  /** What to ask the provider for. */
  scopes: readonly string[]
}

export type OAuthTokenProblem =
  /** No account is connected. Remembered for a minute. */
  | { status: 'not_connected'; action: Remedy }
  /** The account does not grant what was asked for. */
  | { status: 'scope_missing'; missing: string[]; action: Remedy }
  /** Several accounts would do, and none was chosen: ask again with one's `externalAccountId`. */
  | { status: 'account_ambiguous'; accounts: readonly ConnectedAccount[] }
  /** The provider renews the token no more. Remembered for 5 minutes, or until Clerk says that the user changed. */
  | { status: 'reconnect_required'; action: Remedy }
  /** Clerk does not offer this provider: it has to be switched on in Clerk's dashboard, with its own credentials. */
  | { status: 'not_enabled' }
  /** The session was revoked or the user deleted. */
  | { status: 'revoked' }
  /** Clerk wants fewer requests; `retryAfter` in seconds. */
  | { status: 'rate_limited'; retryAfter: number }
  /** Clerk did not answer, or Redis could not be asked whether access was revoked. */
  | { status: 'unavailable' }

export type OAuthTokenResult = { status: 'ok'; token: OAuthToken } | OAuthTokenProblem

/** Of this app: leads on to Clerk's account page. */
const ACCOUNT_PAGE = '/account'

const nameOf = (provider: string) => provider.charAt(0).toUpperCase() + provider.slice(1)

const remedy = (label: string, scopes: readonly string[]): Remedy => ({ label, href: ACCOUNT_PAGE, scopes })

/** `scopes`, here and below: what to ask the provider for. */
export const notConnected = (provider: string, scopes: readonly string[]): OAuthTokenProblem => ({
  status: 'not_connected',
  action: remedy(`Connect ${nameOf(provider)} on your account page`, scopes),
})

export const scopeMissing = (provider: string, missing: string[]): OAuthTokenProblem => ({
  status: 'scope_missing',
  missing,
  action: remedy(`Connect ${nameOf(provider)} again on your account page and allow what is asked`, missing),
})

/** `consent`: the provider never gave a refresh token, and gives one only with a fresh consent. */
export function reconnectRequired(
  provider: string,
  scopes: readonly string[],
  consent = false,
): OAuthTokenProblem {
  const name = nameOf(provider)
  const why = consent ? `: ${name} has to ask for your consent anew` : ''
  const label = `Disconnect ${name} on your account page and connect it again${why}`
  return { status: 'reconnect_required', action: remedy(label, scopes) }
}
