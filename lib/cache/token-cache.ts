import type { OAuthProvider } from '@clerk/nextjs/types'
import { tellAccess } from '../access'
import { ClerkError } from '../clerk'
import { requireEnv } from '../env'
import { LookupError } from '../lookup/errors'
import { outside } from '../outside'
import { defineLookup } from './lookups'
import { fingerprintOf, OAuthToken } from './oauth-token'
import { type LoadedToken, type TokenKey, targetOf, tokenDeclaration } from './token-lookup'
import { notConnected, type OAuthTokenProblem, reconnectRequired, scopeMissing } from './token-outcome'
import { isUnauthorizedAnswer, isUnauthorizedError } from './unauthorized'

export type { OAuthToken } from './oauth-token'
export { tagOfTokens } from './token-lookup'
export type { OAuthTokenProblem } from './token-outcome'

export type OAuthTokenResult = { status: 'ok'; token: OAuthToken } | OAuthTokenProblem

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

const tokens = defineLookup<TokenKey, LoadedToken>(() => tokenDeclaration)

/** A token, under the key it was found by, or why there is none. */
type Found = { status: 'ok'; token: OAuthToken; key: TokenKey } | OAuthTokenProblem

/** Reads one token and says it in the public terms; told to the audit trail, whatever comes of it. */
async function read(key: TokenKey, scopes: readonly string[], actor: string): Promise<Found> {
  requireEnv('CACHE_ENCRYPTION_KEYS')
  const found = await find(key, scopes)
  const { userId: subject } = key
  if (found.status === 'ok') {
    const fingerprint = fingerprintOf(found.token.reveal())
    tellAccess({
      action: 'token.read',
      actor,
      subject,
      target: targetOf(found.key),
      outcome: 'ok',
      fingerprint,
    })
  } else tellAccess({ action: 'token.read', actor, subject, target: targetOf(key), outcome: found.status })
  return found
}

async function find(key: TokenKey, scopes: readonly string[]): Promise<Found> {
  const loaded = await tokens(key).catch(problemOf)
  if (loaded === null) return { status: 'unavailable' }
  switch (loaded.status) {
    case 'ok': {
      const missing = scopes.filter((scope) => !loaded.token.scopes.includes(scope))
      return missing.length > 0
        ? scopeMissing(key.provider, missing)
        : { status: 'ok', token: new OAuthToken(loaded.token), key }
    }
    case 'account_ambiguous': {
      const fit = loaded.accounts.filter((account) => scopes.every((scope) => account.scopes.includes(scope)))
      const [only] = fit
      if (only && fit.length === 1) return find({ ...key, externalAccountId: only.externalAccountId }, scopes)
      return { status: loaded.status, accounts: fit.length > 0 ? fit : loaded.accounts }
    }
    case 'not_connected':
      return notConnected(key.provider, scopes)
    case 'reconnect_required': {
      return reconnectRequired(key.provider, scopes, loaded.consent)
    }
    default:
      return loaded
  }
}

function problemOf(
  error: unknown,
): OAuthTokenProblem & { status: 'revoked' | 'rate_limited' | 'unavailable' } {
  if (error instanceof LookupError) return { status: error.code === 'revoked' ? 'revoked' : 'unavailable' }
  if (!(error instanceof ClerkError)) throw error
  return error.code === 'clerk_rate_limited'
    ? { status: 'rate_limited', retryAfter: error.retryAfter ?? 10 }
    : { status: 'unavailable' }
}

/**
 * The user's access token for a provider, from the cache or from Clerk. Sealed in Redis; never handed out of the cache
 * within 30 s of its end. Every outcome but a configuration error is a result, not a throw.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export async function getCachedOAuthToken(
  userId: string,
  provider: OAuthProvider,
  { scopes = [], externalAccountId, sessionId, actor = 'system' }: OAuthTokenOptions = {},
): Promise<OAuthTokenResult> {
  const found = await read({ userId, provider, externalAccountId, sessionId }, scopes, actor)
  return found.status === 'ok' ? { status: 'ok', token: found.token } : found
}

/**
 * Lets `use` work with the user's token. A 401, returned as a `Response` (or anything of `status` 401) or thrown with that status, means that the
 * provider refuses the token: it is dropped unless another has taken its place, and `use` runs once more if Clerk has
 * another one; else the account has to be reconnected. A 403 is a question of scopes and is left to the caller.
 * `use` runs outside the request: what it needs of `headers()` and the like is read before.
 * @throws what `use` throws, but for a 401; ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export async function withOAuthToken<R>(
  userId: string,
  provider: OAuthProvider,
  use: (token: OAuthToken) => Promise<R>,
  { scopes = [], externalAccountId, sessionId, actor = 'system' }: OAuthTokenOptions = {},
): Promise<{ status: 'ok'; value: R } | OAuthTokenProblem> {
  const first = await read({ userId, provider, externalAccountId, sessionId }, scopes, actor)
  if (first.status !== 'ok') return first
  const answer = await attempt(use, first.token)
  if (answer) return { status: 'ok', value: answer.value }

  const refused = fingerprintOf(first.token.reveal())
  try {
    await tokens.invalidateIf(
      first.key,
      (held) => held.status === 'ok' && fingerprintOf(held.token.token) === refused,
    )
  } catch (error) {
    return problemOf(error)
  }
  const second = await read({ ...first.key, refused }, scopes, actor)
  if (second.status !== 'ok') return second
  const isAnother = second.token.reveal() !== first.token.reveal()
  const again = isAnother ? await attempt(use, second.token) : undefined
  return again ? { status: 'ok', value: again.value } : reconnectRequired(provider, scopes)
}

/** What `use` made of the token, or undefined when the provider refused it. */
async function attempt<R>(
  use: (token: OAuthToken) => Promise<R>,
  token: OAuthToken,
): Promise<{ value: R } | undefined> {
  try {
    const value = await outside(use, token)
    if (!isUnauthorizedAnswer(value)) return { value }
    // Nobody reads its body, and the socket is wanted again.
    if (value instanceof Response) await value.body?.cancel()
  } catch (error) {
    if (!isUnauthorizedError(error)) throw error
  }
  return undefined
}

/**
 * Forgets every cached token of the user, whatever the provider: they share a tag.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it.
 */
export const invalidateOAuthToken = (userId: string, provider: OAuthProvider): Promise<void> =>
  tokens.invalidate({ userId, provider })
