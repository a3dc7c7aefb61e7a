import type { ConnectedAccount } from './lookup'
import type { OAuthToken } from './oauth-token'
import { accountPage } from './settings'

/** What the user can do about a missing token, and the page for it. */
export interface Remedy {
  label: string
  href: string
  /** What to ask the provider for. */
  scopes: readonly string[]
}

/** Why there is no token. `action` is a link to what the user can do: a label, a path and the scopes to ask for. */
export type OAuthTokenProblem =
  /** No account is connected. Cached for a minute. */
  | { status: 'not_connected'; action: Remedy }
  /** The account does not grant what was asked for. */
  | { status: 'scope_missing'; missing: string[]; action: Remedy }
  /** Several accounts fit and none was chosen: call again with an `externalAccountId`. */
  | { status: 'account_ambiguous'; accounts: readonly ConnectedAccount[] }
  /** The provider no longer renews the token. Cached for 5 minutes, or until Clerk reports a change of the user. */
  | { status: 'reconnect_required'; action: Remedy }
  /** Clerk does not offer this provider: it has to be switched on in Clerk's dashboard, with its own credentials. */
  | { status: 'not_enabled' }
  /** The session was revoked, or the user deleted, banned or locked. */
  | { status: 'revoked' }
  /** Somebody impersonates the user. */
  | { status: 'impersonated' }
  /** The rate limit of Clerk or of the provider is reached (`limitedBy`), or with `overBudget` the app's own budget; `retryAfter` in seconds. */
  | { status: 'rate_limited'; retryAfter: number; limitedBy?: 'clerk' | 'provider'; overBudget?: boolean }
  /** Clerk did not answer, or Redis could not be asked whether access was revoked. */
  | { status: 'unavailable' }

/** A token, or the reason why there is none. */
export type OAuthTokenResult = { status: 'ok'; token: OAuthToken } | OAuthTokenProblem

/** A provider by the ID that Clerk has for it, and its name for people where the ID does not tell. */
type Named = string | { id: string; name?: string }

/** A name for people. Default: made from the ID, so that `custom_acme_crm` is `Acme crm`. */
export function nameOf(provider: Named): string {
  if (typeof provider !== 'string') return provider.name ?? nameOf(provider.id)
  const words = provider.replace(/^(oauth_)?(custom_)?/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const remedy = (label: string, scopes: readonly string[]): Remedy => ({ label, href: accountPage(), scopes })

/** `scopes`, here and below: what to ask the provider for. */
export const notConnected = (provider: Named, scopes: readonly string[]): OAuthTokenProblem => ({
  status: 'not_connected',
  action: remedy(`Connect ${nameOf(provider)} on your account page`, scopes),
})

export const scopeMissing = (provider: Named, missing: readonly string[]): OAuthTokenProblem => ({
  status: 'scope_missing',
  missing: [...missing],
  action: remedy(
    `Connect ${nameOf(provider)} again on your account page and grant what it asks for`,
    missing,
  ),
})

/** `consent`: the provider never issued a refresh token, and issues one only with a new consent. */
export function reconnectRequired(
  provider: Named,
  scopes: readonly string[],
  consent = false,
): OAuthTokenProblem {
  const name = nameOf(provider)
  const why = consent ? `: ${name} has to ask for your consent again` : ''
  const label = `Reconnect ${name} on your account page${why}`
  return { status: 'reconnect_required', action: remedy(label, scopes) }
}
