import { ConfigurationError } from '../env'
import { inspect } from '../lookup/inspect'
import { emitAudit } from './audit-events'
import { newUserById, userById } from './clerk-cache'
import { currentImpersonator } from './impersonator'
import { defineLookup } from './lookups'
import type { TokenProvider } from './tokens/judgement'
import { type LoadedToken, type TokenRequest, targetOf, tokenDeclaration } from './tokens/lookup'
import type { OAuthProvider, OAuthToken } from './tokens/oauth-token'
import type { OAuthTokenProblem, OAuthTokenResult } from './tokens/outcome'
import { createTokenReader } from './tokens/reader'
import type { IncludesScope } from './tokens/scopes'

export { impersonatorOf } from './impersonator'
export type { Judgement, ProviderAnswer, TokenProvider } from './tokens/judgement'
export type { OAuthProvider, OAuthToken } from './tokens/oauth-token'
export type { OAuthTokenProblem, OAuthTokenResult } from './tokens/outcome'

/** Which token, and for whom. All of it can be left out. */
export interface OAuthTokenOptions {
  /** Scopes that the token must have, or scopes that include them. A token with fewer is `scope_missing`. */
  scopes?: readonly string[]
  /** Whether a granted scope includes a required one (default: by the declaration, else Google Calendar's as documented, else equal ones only). */
  includes?: IncludesScope | undefined
  /** Which of several accounts at the provider. */
  externalAccountId?: string | undefined
  /** The session that the token is read for: revoking it ends access at once. */
  sessionId?: string | null | undefined
  /** The caller, for the audit trail: a user's ID. Default: `system`. */
  actor?: string
  /** Who impersonates the user: `impersonatorOf`, or null in a job. Default: read from the session of the request, if lib/auth is in use. */
  impersonator?: string | null
  /** Whether a request of somebody who impersonates a user may read tokens. Default: `refuse`. */
  whileImpersonated?: 'refuse' | 'allow'
}

const tokens = defineLookup<TokenRequest, LoadedToken>(() => tokenDeclaration)
const reader = createTokenReader(tokens, userById, newUserById)

/** Clerk's name of a provider, or a declaration of it that says more. */
type Provider = OAuthProvider | TokenProvider

const idOf = (provider: Provider) => (typeof provider === 'string' ? provider : provider.id)

/** The lookup's argument and the reader's, from the public ones. */
const asked = (
  userId: string,
  provider: Provider,
  impersonator: string | null,
  { scopes = [], includes, externalAccountId, sessionId, actor = 'system' }: OAuthTokenOptions,
) =>
  [
    { userId, provider: idOf(provider), externalAccountId, sessionId, impersonator },
    { scopes, includes, actor, declared: typeof provider === 'string' ? undefined : provider },
  ] as const

/** Where anybody may have the token, it may be unknown who asks: then the trail does not say that it is the user. */
const orUnknown = (actor: string) => (error: unknown) => {
  if (!(error instanceof ConfigurationError)) throw error
  return actor === 'system' ? null : 'unknown'
}

/** Runs the read, unless the request is one of somebody who impersonates a user; where that is allowed, with their ID. */
async function unlessImpersonated<R>(
  { userId, provider, externalAccountId }: TokenRequest,
  { impersonator, actor: named = 'system', whileImpersonated = 'refuse' }: OAuthTokenOptions,
  read: (impersonator: string | null) => Promise<R>,
): Promise<R | { status: 'impersonated' }> {
  const allows = whileImpersonated === 'allow'
  const actor =
    impersonator === undefined
      ? await currentImpersonator().catch(allows ? orUnknown(named) : undefined)
      : impersonator
  if (actor === null || allows) return read(actor)
  const status = 'impersonated'
  emitAudit({
    ...{ action: 'token.read', actor, subject: userId, outcome: status },
    ...(actor !== named && { impersonating: userId }),
    target: targetOf({ userId, provider, externalAccountId }),
  })
  return { status }
}

/**
 * The user's access token for a provider, from the cache or from Clerk. Encrypted in Redis; never served from the cache
 * in the last 30 s before it expires; never for somebody who impersonates the user. Every outcome but a configuration
 * error is a result and does not throw.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export const getCachedOAuthToken = (
  userId: string,
  provider: Provider,
  options: OAuthTokenOptions = {},
): Promise<OAuthTokenResult> =>
  unlessImpersonated({ userId, provider: idOf(provider), ...options }, options, (actor) =>
    reader.get(...asked(userId, provider, actor, options)),
  )

/**
 * Always asks Clerk, and replaces the cached token only on success: for an explicit "refresh" by a user. Clerk itself
 * renews a token only once it has expired.
 */
export const reloadOAuthToken = (
  userId: string,
  provider: Provider,
  options: OAuthTokenOptions = {},
): Promise<OAuthTokenResult> =>
  unlessImpersonated({ userId, provider: idOf(provider), ...options }, options, (actor) =>
    reader.reload(...asked(userId, provider, actor, options)),
  )

/**
 * Runs `use` with the user's token. A 401, returned as a `Response` (or anything with `status` 401) or thrown with that
 * status, means that the provider refuses the token: it is replaced, unless another process already has, and `use` runs
 * once more if Clerk has another one. Otherwise the account has to be reconnected. A 403 is a question of scopes and is
 * left to the caller. With a declaration in place of the provider's name, a `Response` is judged by it: a refusal may be
 * another answer than a 401, and missing scopes and a rate limit are problems too. `use` runs outside the request: read
 * `headers()` and the like before.
 * @throws what `use` throws, but for a 401; ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export const withOAuthToken = <R>(
  userId: string,
  provider: Provider,
  use: (token: OAuthToken) => Promise<R>,
  options: OAuthTokenOptions = {},
): Promise<{ status: 'ok'; value: R } | OAuthTokenProblem> =>
  unlessImpersonated({ userId, provider: idOf(provider), ...options }, options, (actor) =>
    reader.withToken(...asked(userId, provider, actor, options), use),
  )

/** Loads the token if it is not cached yet. Does not report the outcome. */
export const warmUpOAuthToken = (userId: string, provider: OAuthProvider) =>
  tokens.warm([{ userId, provider }])

/**
 * Invalidates every cached token of the user, at all providers: they share a tag.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it.
 */
export const invalidateOAuthToken = (userId: string, provider: OAuthProvider): Promise<void> =>
  tokens.invalidate({ userId, provider })

/** What Redis holds of a user's token, without the token. @throws LookupError if Redis is not responding */
export async function inspectOAuthToken(userId: string, provider: OAuthProvider) {
  const { value, ...state } = await inspect(tokens, { userId, provider })
  return { ...state, cached: value !== undefined }
}
