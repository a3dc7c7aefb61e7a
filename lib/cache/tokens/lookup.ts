import { ClerkError, isNotFound, unexpectedAnswer } from '../../clerk/error'
import { emitLeftOut } from '../../clerk/events'
import { record, text, time, word } from '../../clerk/json'
import { clerkGet } from '../../clerk/request'
import type { Declaration } from '../../lookup/declaration'
import { joinKey } from '../../lookup/slot'
import { emitAudit } from '../audit-events'
import { isUserId } from '../clerk-cache'
import { encryptionKeys } from '../key-ring'
import { revocationMarkersOf } from '../revocation-markers'
import { sealed } from '../seal'
import { tagOfTokens } from '../tags'
import { fingerprintOf, type OAuthProvider, type StoredToken } from './oauth-token'

/** Which token, and for whom it is looked up. */
export interface TokenRequest {
  userId: string
  provider: OAuthProvider
  /** One of several accounts at the provider; without it the only one there is. */
  externalAccountId?: string | undefined
  /** The session that it is read for: revoking that ends access. */
  sessionId?: string | null | undefined
  /** Who impersonates the user, where that is allowed: a ban or deletion of theirs ends access too. */
  impersonator?: string | null | undefined
  /** Fingerprint of a token that the provider has just refused. If Clerk has no other, there is none. */
  refused?: string
}

/** One of several accounts a user has connected at one provider. */
export interface ConnectedAccount {
  externalAccountId: string
  label: string | null
  scopes: readonly string[]
}

/** Clerk's answer about a token, as it is cached. */
export type LoadedToken =
  | { status: 'ok'; token: StoredToken }
  | { status: 'account_ambiguous'; accounts: readonly ConnectedAccount[] }
  | { status: 'not_connected' }
  | { status: 'not_enabled' }
  | { status: 'reconnect_required'; consent: boolean }

/** Clerk's codes for "this account has to be connected again" (api_errors.json of its specification). */
const RECONNECT = new Set([
  'oauth_missing_refresh_token',
  'oauth_missing_access_token',
  'oauth_token_retrieval_error',
  'external_account_missing_refresh_token',
])
/** Of these, the ones where the provider never issued a refresh token: only a new consent brings one. */
const CONSENT = new Set(['oauth_missing_refresh_token', 'external_account_missing_refresh_token'])
const NOT_ENABLED = new Set(['oauth_token_provider_not_enabled', 'oauth_unsupported_provider'])

/** A token is not served from the cache in the last seconds before it expires. */
const EXPIRY_BUFFER = 30
/** Seconds before it expires from which a background refresh asks Clerk, and how often. */
const SOFT_WINDOW = 5 * 60
const REFRESH_EVERY = 30
const MAX_TTL = 55 * 60
const TTL_WITHOUT_EXPIRY = 5 * 60
const TTL_NOT_CONNECTED = 60
const TTL_RECONNECT = 5 * 60

function ttlOf(value: LoadedToken): number {
  if (value.status === 'reconnect_required') return TTL_RECONNECT
  if (value.status !== 'ok') return TTL_NOT_CONNECTED
  return value.token.expiresAt === null ? TTL_WITHOUT_EXPIRY : MAX_TTL
}

/** The unit of `expires_at` is undocumented; below 1e12 it can only be seconds. */
const inMilliseconds = (time: number) => (time < 1e12 ? time * 1000 : time)

/** A list of names, or one text with spaces or commas between them. */
const scopesIn = (value: unknown): string[] =>
  (typeof value === 'string' ? value.split(/[ ,]+/) : Array.isArray(value) ? value : []).filter(
    (scope): scope is string => typeof scope === 'string' && scope !== '',
  )

/**
 * The tokens in Clerk's answer. A record without an account or a token is left out; `complete` says whether one was.
 * @throws ClerkError if it is not a list
 */
function tokensIn(json: unknown) {
  const { data } = record(json)
  if (!Array.isArray(data)) throw unexpectedAnswer()
  const tokens = data.flatMap((one: unknown) => {
    const found = record(one)
    const [externalAccountId, token] = [word(found.external_account_id), text(found.token)]
    if (externalAccountId === null || token === null) {
      emitLeftOut('oauth_access_token', { id: found.external_account_id })
      return []
    }
    const label = word(found.label)
    return [
      { externalAccountId, token, label, expiresAt: time(found.expires_at), scopes: scopesIn(found.scopes) },
    ]
  })
  return { tokens, complete: tokens.length === data.length }
}

/** Clerk's path for the tokens of a user. Custom providers are named without the prefix here too. */
const pathOf = ({ userId, provider }: TokenRequest) =>
  `/users/${userId}/oauth_access_tokens/${encodeURIComponent(provider.startsWith('oauth_') ? provider : `oauth_${provider}`)}`

async function askClerk(request: TokenRequest, signal: AbortSignal): Promise<LoadedToken> {
  const { externalAccountId, refused } = request
  const paginated = new URLSearchParams({ paginated: 'true' })
  const json = await clerkGet(pathOf(request), paginated, signal, 'oauth_access_tokens')
  const { tokens, complete } = tokensIn(json)
  const chosen = externalAccountId
    ? tokens.filter((token) => token.externalAccountId === externalAccountId)
    : tokens
  const [token, another] = chosen
  if (!token && !complete) throw unexpectedAnswer()
  if (!token) return { status: 'not_connected' }
  // An account that was named is chosen, however often it is listed.
  if (another && !externalAccountId)
    return {
      status: 'account_ambiguous',
      accounts: chosen.map(({ externalAccountId, label, scopes }) => ({
        externalAccountId,
        label,
        scopes,
      })),
    }
  const fingerprint = fingerprintOf(token.token)
  if (token.token === '' || fingerprint === refused) return { status: 'reconnect_required', consent: false }
  const expiresAt = token.expiresAt ?? 0
  return {
    status: 'ok',
    token: {
      ...{ token: token.token, fingerprint },
      expiresAt: expiresAt > 0 ? inMilliseconds(expiresAt) : null,
      scopes: token.scopes,
      externalAccountId: token.externalAccountId,
    },
  }
}

async function load(key: TokenRequest, { signal }: { signal: AbortSignal }): Promise<LoadedToken> {
  // A token that could not be sealed is not loaded.
  encryptionKeys()
  if (!isUserId(key.userId)) return { status: 'not_connected' }
  const emit = (outcome: string, fingerprint?: string) =>
    emitAudit({
      ...{ action: 'token.refresh', actor: 'system', subject: key.userId, target: targetOf(key), outcome },
      ...(fingerprint !== undefined && { fingerprint }),
    })
  try {
    const loaded = await askClerk(key, signal)
    emit(loaded.status, loaded.status === 'ok' ? loaded.token.fingerprint : undefined)
    return loaded
  } catch (error) {
    if (!(error instanceof ClerkError)) throw error
    const loaded = withoutToken(error)
    emit(loaded?.status ?? error.clerkCodes[0] ?? error.code)
    if (loaded) return loaded
    throw error
  }
}

/** What an error of Clerk says about the account; undefined: nothing. */
function withoutToken(error: ClerkError): LoadedToken | undefined {
  const says = (codes: ReadonlySet<string>) => error.clerkCodes.some((code) => codes.has(code))
  if (says(RECONNECT)) return { status: 'reconnect_required', consent: says(CONSENT) }
  if (says(NOT_ENABLED)) return { status: 'not_enabled' }
  return isNotFound(error) ? { status: 'not_connected' } : undefined
}

/** The name of a token in the audit trail: its provider, and the account where one was chosen. */
export const targetOf = ({ provider, externalAccountId }: TokenRequest): string =>
  externalAccountId ? `${provider}:${externalAccountId}` : provider

/**
 * A user's token at a provider. Clerk returns the same token until it has expired and cannot be made to renew it, so the
 * last minutes before that are a background refresh and not a miss.
 */
export const tokenDeclaration: Declaration<TokenRequest, LoadedToken> = {
  name: 'token',
  version: 2,
  key: ({ userId, provider, externalAccountId }) =>
    joinKey(userId, provider, ...(externalAccountId ? [externalAccountId] : [])),
  tags: ({ userId }) => [tagOfTokens(userId)],
  owner: ({ userId }) => userId,
  revocationMarkers: ({ userId, sessionId, impersonator }) => [
    ...revocationMarkersOf(userId, sessionId),
    ...(impersonator ? revocationMarkersOf(impersonator) : []),
  ],
  ttl: ttlOf,
  refreshAfter: MAX_TTL,
  expiresAt: (value) => (value.status === 'ok' ? value.token.expiresAt : null),
  expiryBuffer: EXPIRY_BUFFER,
  refreshBefore: SOFT_WINDOW,
  refreshEvery: REFRESH_EVERY,
  codec: sealed(),
  load,
}
