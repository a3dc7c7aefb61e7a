import type { OAuthProvider } from '@clerk/nextjs/types'
import { defineLookup } from './lookups'
import type { OAuthToken } from './tokens/oauth-token'
import { type LoadedToken, type TokenRequest, tokenDeclaration } from './tokens/token-lookup'
import type { OAuthTokenProblem, OAuthTokenResult } from './tokens/token-outcome'
import { createTokenReader } from './tokens/token-reader'

export type { OAuthToken } from './tokens/oauth-token'
export { tagOfTokens } from './tokens/token-lookup'
export type { OAuthTokenProblem, OAuthTokenResult } from './tokens/token-outcome'

export interface OAuthTokenOptions {
  /** What the token must be good for; a token with fewer scopes is `scope_missing`. */
  scopes?: readonly string[]
  /** Which of several accounts at the provider. */
  externalAccountId?: string | undefined
  /** The session on whose behalf: revoking it ends access at once. */
  sessionId?: string | null | undefined
  /** Who asks, for the audit trail: a user's id. `system` unless told. */
  actor?: string
}

const tokens = defineLookup<TokenRequest, LoadedToken>(() => tokenDeclaration)
const reader = createTokenReader(tokens)

/** The key and the terms that the public arguments stand for. */
const asked = (
  userId: string,
  provider: OAuthProvider,
  { scopes = [], externalAccountId, sessionId, actor = 'system' }: OAuthTokenOptions,
) =>
  [
    { userId, provider, externalAccountId, sessionId },
    { scopes, actor },
  ] as const

/**
 * The user's access token for a provider, from the cache or from Clerk. Sealed in Redis; never handed out of the cache
 * within 30 s of its end. Every outcome but a configuration error is a result, not a throw.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export const getCachedOAuthToken = (
  userId: string,
  provider: OAuthProvider,
  options: OAuthTokenOptions = {},
): Promise<OAuthTokenResult> => reader.get(...asked(userId, provider, options))

/**
 * As `getCachedOAuthToken`, but Clerk is asked whatever is cached, which stays until then: for a user who has just
 * asked for it. Clerk itself renews a token only once it has expired.
 */
export const reloadOAuthToken = (
  userId: string,
  provider: OAuthProvider,
  options: OAuthTokenOptions = {},
): Promise<OAuthTokenResult> => reader.reload(...asked(userId, provider, options))

/**
 * Lets `use` work with the user's token. A 401, returned as a `Response` (or anything of `status` 401) or thrown with
 * that status, means that the provider refuses the token: it is replaced unless another has taken its place, and `use`
 * runs once more if Clerk has another one; else the account has to be reconnected. A 403 is a question of scopes and
 * is left to the caller. `use` runs outside the request: what it needs of `headers()` and the like is read before.
 * @throws what `use` throws, but for a 401; ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export const withOAuthToken = <R>(
  userId: string,
  provider: OAuthProvider,
  use: (token: OAuthToken) => Promise<R>,
  options: OAuthTokenOptions = {},
): Promise<{ status: 'ok'; value: R } | OAuthTokenProblem> =>
  reader.withToken(...asked(userId, provider, options), use)

/** Loads the tokens that are not cached yet, for users about to need them. Says nothing of what came of it. */
export const warmUpOAuthToken = (userId: string, provider: OAuthProvider) =>
  tokens.warm([{ userId, provider }])

/**
 * Forgets every cached token of the user, whatever the provider: they share a tag.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it.
 */
export const invalidateOAuthToken = (userId: string, provider: OAuthProvider): Promise<void> =>
  tokens.invalidate({ userId, provider })
