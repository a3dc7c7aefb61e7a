import { ClerkError } from '../../clerk/error'
import { requireEnv } from '../../env'
import { LookupError } from '../../lookup/errors'
import type { Lookup } from '../../lookup/lookup'
import { outside } from '../../lookup/outside'
import { emitAudit } from '../audit-events'
import { OAuthToken } from './oauth-token'
import { type LoadedToken, type TokenRequest, targetOf } from './token-lookup'
import {
  notConnected,
  type OAuthTokenProblem,
  type OAuthTokenResult,
  reconnectRequired,
  scopeMissing,
} from './token-outcome'
import { isUnauthorizedAnswer, isUnauthorizedError } from './unauthorized'

/** A token, under the key it was found by, or why there is none. */
type Found = { status: 'ok'; token: OAuthToken; key: TokenRequest } | OAuthTokenProblem

/** What a token is asked for: the scopes it must have, and who asks. */
interface Asked {
  scopes: readonly string[]
  actor: string
}

/** Reads tokens through a lookup and says what comes of it in the public terms. */
export function createTokenReader(tokens: Lookup<TokenRequest, LoadedToken>) {
  /** Told to the audit trail, whatever comes of it. */
  async function read(key: TokenRequest, { scopes, actor }: Asked, from: Read = tokens): Promise<Found> {
    requireEnv('CACHE_ENCRYPTION_KEYS')
    const found = await find(key, scopes, from)
    const ok = found.status === 'ok'
    emitAudit({
      ...{ action: 'token.read', actor, subject: key.userId, outcome: found.status },
      target: targetOf(ok ? found.key : key),
      ...(ok && { fingerprint: found.token.fingerprint }),
    })
    return found
  }

  /** Lets `use` work with the token, and once more with the next one if the provider refuses it. */
  async function withToken<R>(
    key: TokenRequest,
    asked: Asked,
    use: (token: OAuthToken) => Promise<R>,
  ): Promise<{ status: 'ok'; value: R } | OAuthTokenProblem> {
    const first = await read(key, asked)
    if (first.status !== 'ok') return first
    const answer = await attempt(use, first.token)
    if (answer) return { status: 'ok', value: answer.value }

    const refused = first.token.fingerprint
    const isRefused = (held: LoadedToken) => held.status === 'ok' && held.token.fingerprint === refused
    // Not dropped first: whoever reads meanwhile would load it again, not knowing that it was refused.
    const replace: Read = (sought) => tokens.reload(sought, isRefused)
    const second = await read({ ...first.key, refused }, asked, replace)
    if (second.status === 'unavailable' || second.status === 'rate_limited')
      await tokens.invalidateIf(first.key, isRefused).catch(() => false)
    if (second.status !== 'ok') return second
    const isAnother = second.token.fingerprint !== refused
    const again = isAnother ? await attempt(use, second.token) : undefined
    return again ? { status: 'ok', value: again.value } : reconnectRequired(key.provider, asked.scopes)
  }

  return {
    get: (key: TokenRequest, asked: Asked) => read(key, asked).then(withoutKey),
    /** As `get`, but asks Clerk whatever is cached. */
    reload: (key: TokenRequest, asked: Asked) =>
      read(key, asked, (sought) => tokens.reload(sought)).then(withoutKey),
    withToken,
  }
}

const withoutKey = (found: Found): OAuthTokenResult =>
  found.status === 'ok' ? { status: 'ok', token: found.token } : found

type Read = (key: TokenRequest) => Promise<LoadedToken | null>

async function find(key: TokenRequest, scopes: readonly string[], read: Read): Promise<Found> {
  const loaded = await read(key).catch(problemOf)
  if (loaded === null) return { status: 'unavailable' }
  switch (loaded.status) {
    case 'ok': {
      const missing = [...new Set(scopes)].filter((scope) => !loaded.token.scopes.includes(scope))
      return missing.length > 0
        ? scopeMissing(key.provider, missing)
        : { status: 'ok', token: new OAuthToken(loaded.token), key }
    }
    case 'account_ambiguous': {
      const fit = loaded.accounts.filter((account) => scopes.every((scope) => account.scopes.includes(scope)))
      const [only, another] = fit
      if (only && !another) return find({ ...key, externalAccountId: only.externalAccountId }, scopes, read)
      return { status: loaded.status, accounts: only ? fit : loaded.accounts }
    }
    case 'not_connected':
      return notConnected(key.provider, scopes)
    case 'reconnect_required':
      return reconnectRequired(key.provider, scopes, loaded.consent)
    default:
      return loaded
  }
}

/** Mistakes in the code that calls: nobody's outage. */
const MISTAKES = ['bad_declaration', 'bad_value', 'inside_use_cache']

function problemOf(
  error: unknown,
): OAuthTokenProblem & { status: 'revoked' | 'rate_limited' | 'unavailable' } {
  if (error instanceof LookupError && !MISTAKES.includes(error.code))
    return { status: error.code === 'revoked' ? 'revoked' : 'unavailable' }
  if (!(error instanceof ClerkError)) throw error
  return error.code === 'clerk_rate_limited'
    ? { status: 'rate_limited', retryAfter: error.retryAfter }
    : { status: 'unavailable' }
}

/** What `use` made of the token, or undefined when the provider refused it. */
async function attempt<R>(
  use: (token: OAuthToken) => Promise<R>,
  token: OAuthToken,
): Promise<{ value: R } | undefined> {
  try {
    const value = await outside(use, token)
    if (!isUnauthorizedAnswer(value)) return { value }
    // The socket is wanted again. Of a body that `use` has read or cloned this fails, or never ends.
    if (value instanceof Response) void value.body?.cancel().catch(() => undefined)
  } catch (error) {
    if (!isUnauthorizedError(error)) throw error
  }
  return undefined
}
