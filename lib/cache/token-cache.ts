import { inspect } from 'node:util'
import type { OAuthProvider } from '@clerk/nextjs/types'
import { z } from 'zod'
import { ClerkError, clerk, clerkFailure } from '../clerk'
import { requireEnv } from '../env'
import { LookupError } from '../lookup/errors'
import { joinKey } from '../lookup/keys'
import { defineLookup } from './lookups'
import { seal, unseal } from './seal'

/** An access token that can be used but not seen: it prints and serialises as `[redacted]`. */
export class OAuthToken {
  readonly #token: string
  /** Milliseconds since 1970, or null where the provider did not say. */
  readonly expiresAt: number | null
  readonly scopes: readonly string[]
  readonly externalAccountId: string

  constructor(stored: StoredToken) {
    this.#token = stored.token
    this.expiresAt = stored.expiresAt
    this.scopes = stored.scopes
    this.externalAccountId = stored.externalAccountId
  }

  /** The token itself, to be put into an Authorization header and nowhere else. */
  reveal(): string {
    return this.#token
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return 'OAuthToken [redacted]'
  }
}

export type OAuthTokenResult =
  | { status: 'ok'; token: OAuthToken }
  | { status: 'not_connected' }
  | { status: 'scope_missing'; missing: string[] }
  | { status: 'reconnect_required' }
  | { status: 'rate_limited'; retryAfter: number }
  | { status: 'unavailable' }

const storedToken = z.object({
  token: z.string(),
  expiresAt: z.number().nullable(),
  scopes: z.array(z.string()),
  externalAccountId: z.string(),
})
type StoredToken = z.infer<typeof storedToken>

const loaded = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ok'), token: storedToken }),
  z.object({ status: z.literal('not_connected') }),
  z.object({ status: z.literal('reconnect_required') }),
])
type Loaded = z.infer<typeof loaded>

/** Clerk's codes for "this account has to be connected again" (api_errors.json of its specification). */
const RECONNECT = new Set([
  'oauth_missing_refresh_token',
  'oauth_missing_access_token',
  'oauth_token_retrieval_error',
  'external_account_missing_refresh_token',
])

/** Seconds before its end from which on a token is not served from the cache. */
const MARGIN = 30
/** Seconds before its end from which on Clerk is asked again in the background, and how often. */
const SOFT_WINDOW = 5 * 60
const REFRESH_EVERY = 30
const MAX_TTL = 55 * 60
const TTL_WITHOUT_EXPIRY = 5 * 60
const TTL_NOT_CONNECTED = 60
const TTL_RECONNECT = 5 * 60

function ttlOf(value: Loaded): number {
  if (value.status === 'not_connected') return TTL_NOT_CONNECTED
  if (value.status === 'reconnect_required') return TTL_RECONNECT
  return value.token.expiresAt === null ? TTL_WITHOUT_EXPIRY : MAX_TTL
}

/** The unit of `expires_at` is undocumented; below 1e12 it can only be seconds. */
const inMilliseconds = (time: number) => (time < 1e12 ? time * 1000 : time)

async function load({ userId, provider }: TokenKey): Promise<Loaded> {
  try {
    const { data } = await clerk('oauth_access_tokens', ({ users }) =>
      users.getUserOauthAccessToken(userId, provider),
    )
    const [token] = data
    if (!token) return { status: 'not_connected' }
    return {
      status: 'ok',
      token: {
        token: token.token,
        expiresAt: token.expiresAt ? inMilliseconds(token.expiresAt) : null,
        scopes: token.scopes ?? [],
        externalAccountId: token.externalAccountId,
      },
    }
  } catch (error) {
    if (!(error instanceof ClerkError)) throw error
    if (error.clerkCodes.some((code) => RECONNECT.has(code))) return { status: 'reconnect_required' }
    if (error.status === 404) return { status: 'not_connected' }
    throw error
  }
}

type TokenKey = { userId: string; provider: OAuthProvider }

/** Carried by every token of a user. */
export const tagOfTokens = (userId: string) => `tokens:${userId}`

const tokens = defineLookup<TokenKey, Loaded>(() => ({
  name: 'token',
  version: 1,
  key: ({ userId, provider }) => joinKey(userId, provider),
  tags: ({ userId }) => [tagOfTokens(userId)],
  ttl: ttlOf,
  refreshAfter: MAX_TTL,
  expiresAt: (value) => (value.status === 'ok' ? value.token.expiresAt : null),
  margin: MARGIN,
  refreshBefore: SOFT_WINDOW,
  refreshEvery: REFRESH_EVERY,
  codec: {
    encode: (value, at) => seal(JSON.stringify(value), at),
    decode: (text, at) => loaded.parse(JSON.parse(unseal(text, at))),
  },
  load,
  failure: clerkFailure,
}))

/**
 * The user's access token for a provider, from the cache or from Clerk. Sealed in Redis; never handed out within
 * 30 s of its end. Every outcome but a configuration error is a result, not a throw.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export async function getCachedOAuthToken(
  userId: string,
  provider: OAuthProvider,
  { scopes = [] }: { scopes?: readonly string[] } = {},
): Promise<OAuthTokenResult> {
  requireEnv('CACHE_ENCRYPTION_KEYS')
  let result: Loaded | null
  try {
    result = await tokens({ userId, provider })
  } catch (error) {
    if (error instanceof LookupError) return { status: 'unavailable' }
    if (!(error instanceof ClerkError)) throw error
    if (error.code === 'clerk_rate_limited')
      return { status: 'rate_limited', retryAfter: error.retryAfter ?? 10 }
    return { status: 'unavailable' }
  }
  if (result === null) return { status: 'not_connected' }
  if (result.status !== 'ok') return result
  const granted = result.token.scopes
  const missing = scopes.filter((scope) => !granted.includes(scope))
  return missing.length > 0
    ? { status: 'scope_missing', missing }
    : { status: 'ok', token: new OAuthToken(result.token) }
}

/** Forgets the cached token. @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it. */
export const invalidateOAuthToken = (userId: string, provider: OAuthProvider) =>
  tokens.invalidate({ userId, provider })
