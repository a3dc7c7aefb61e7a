import { ClerkError, OWN_CODES } from '../../clerk/error'
import { LookupError } from '../../lookup/errors'
import type { Lookup } from '../../lookup/lookup'
import { actorOf, emitAudit } from '../audit-events'
import { isBlocked } from '../cached-user'
import { encryptionKeys } from '../key-ring'
import { judge, type TokenProvider } from './judgement'
import { type LoadedToken, type TokenRequest, targetOf } from './lookup'
import { OAuthToken } from './oauth-token'
import {
  notConnected,
  type OAuthTokenProblem,
  type OAuthTokenResult,
  reconnectRequired,
  scopeMissing,
} from './outcome'
import { type IncludesScope, includesOf, missingScopes } from './scopes'
import { byUnauthorized, retryOnUnauthorized } from './unauthorized'

/** A token with the key it was found under, or why there is none. */
type Found = { status: 'ok'; token: OAuthToken; key: TokenRequest } | OAuthTokenProblem

/** The scopes that the token must have, and the caller for the audit trail. */
interface Asked {
  scopes: readonly string[]
  /** Default: what the kit knows of the provider. */
  includes?: IncludesScope | undefined
  /** The provider's declaration, if the caller gave one. */
  declared?: TokenProvider | undefined
  actor: string
}

type Blockable = Parameters<typeof isBlocked>[0]

/**
 * Reads tokens through a lookup, and returns the public results. `users`: they say who is banned or locked after the
 * revocation marker has expired, and where no webhook has set one. `newUsers` ask Clerk about those who are cached as not found.
 */
export function createTokenReader(
  tokens: Lookup<TokenRequest, LoadedToken>,
  users: Pick<Lookup<string, Blockable>, 'peek' | 'fresh'>,
  newUsers: Pick<Lookup<string, Blockable>, 'fresh'>,
) {
  /**
   * What was found, unless the user is banned or locked, or does not exist. Where the cache does not know the user, a token for
   * a session waits until Clerk was asked: Redis may have lost the marker of a ban. For a job that would double what a cold token
   * costs. Also where the cache says that there is no such user, who may have just signed up.
   */
  async function unlessBlocked(
    found: Found,
    { userId, sessionId }: TokenRequest,
    known: Blockable | null | undefined,
  ): Promise<Found> {
    try {
      if (known || found.status !== 'ok') return known && isBlocked(known) ? { status: 'revoked' } : found
      if (!sessionId) return known === null ? { status: 'revoked' } : found
      // Whether somebody may have a token is never decided by a value in grace.
      const lookup = known === null ? newUsers : users
      const user = await lookup.fresh(userId, { grace: false })
      return user && !isBlocked(user) ? found : { status: 'revoked' }
    } catch (error) {
      return problemOf(error)
    }
  }

  /** Each read is an audit event, whatever its outcome. */
  async function read(key: TokenRequest, asked: Asked, from: Read = tokens): Promise<Found> {
    encryptionKeys()
    // Together, so that both are in one MGET.
    const [held, known, impersonator] = await Promise.all([
      find(key, asked, from),
      users.peek(key.userId),
      key.impersonator ? users.peek(key.impersonator) : null,
    ])
    const found: Found =
      impersonator && isBlocked(impersonator) ? { status: 'revoked' } : await unlessBlocked(held, key, known)
    const ok = found.status === 'ok'
    emitAudit({
      ...{ action: 'token.read', actor: asked.actor, subject: key.userId, outcome: found.status },
      // An impersonator who is named as the actor may read in the session of another user, who is not known here.
      ...(key.impersonator &&
        key.impersonator !== asked.actor &&
        actorOf({ userId: key.userId, impersonator: key.impersonator })),
      target: targetOf(ok ? found.key : key),
      ...(ok && { fingerprint: found.token.fingerprint }),
    })
    return found
  }

  /**
   * Runs `use` with the token, and once more with the next one if the provider refuses it. What an answer says about the
   * token is a problem; without a declaration only a 401 is.
   */
  async function withToken<R>(
    key: TokenRequest,
    asked: Asked,
    use: (token: OAuthToken) => Promise<R>,
  ): Promise<{ status: 'ok'; value: R } | OAuthTokenProblem> {
    const first = await read(key, asked)
    if (first.status !== 'ok') return first
    const { declared } = asked
    const provider = declared ?? key.provider
    let problem: OAuthTokenProblem | undefined
    const replaced = async ({ fingerprint }: OAuthToken) => {
      const isRefused = (held: LoadedToken) => held.status === 'ok' && held.token.fingerprint === fingerprint
      // Replaced and not dropped first: a concurrent reader would load the refused token again.
      const replace: Read = (sought) => tokens.reload(sought, isRefused)
      const second = await read({ ...first.key, refused: fingerprint }, asked, replace)
      if (second.status === 'unavailable' || second.status === 'rate_limited')
        await tokens.invalidateIf(first.key, isRefused).catch(() => false)
      if (second.status === 'ok') return second.token
      problem = second
      return undefined
    }
    const judgeOf = async (answer: R) =>
      declared && answer instanceof Response ? judge(declared, answer) : byUnauthorized(answer)
    const outcome = await retryOnUnauthorized(first.token, use, replaced, judgeOf)
    const { judgement } = outcome
    if (!judgement) return { status: 'ok', value: outcome.settle() }
    outcome.discard()
    if (judgement.status === 'rate_limited') return { ...judgement, limitedBy: 'provider' }
    if (judgement.status === 'scope_missing')
      return scopeMissing(provider, judgement.missing.length > 0 ? judgement.missing : asked.scopes)
    return problem ?? reconnectRequired(provider, asked.scopes)
  }

  return {
    get: (key: TokenRequest, asked: Asked) => read(key, asked).then(withoutKey),
    /** Like `get`, but always asks Clerk. */
    reload: (key: TokenRequest, asked: Asked) =>
      read(key, asked, (sought) => tokens.reload(sought)).then(withoutKey),
    withToken,
  }
}

const withoutKey = (found: Found): OAuthTokenResult =>
  found.status === 'ok' ? { status: 'ok', token: found.token } : found

type Read = (key: TokenRequest) => Promise<LoadedToken | null>

async function find(key: TokenRequest, asked: Asked, read: Read): Promise<Found> {
  const { scopes, declared } = asked
  const includes = asked.includes ?? declared?.includes ?? includesOf(key.provider)
  const provider = declared ?? key.provider
  const loaded = await read(key).catch(problemOf)
  if (loaded === null) return { status: 'unavailable' }
  switch (loaded.status) {
    case 'ok': {
      const missing = missingScopes(loaded.token.scopes, scopes, includes)
      return missing.length > 0
        ? scopeMissing(provider, missing)
        : { status: 'ok', token: new OAuthToken(loaded.token), key }
    }
    case 'account_ambiguous': {
      const fit = loaded.accounts.filter(
        (account) => missingScopes(account.scopes, scopes, includes).length === 0,
      )
      const [only, another] = fit
      if (only && !another) return find({ ...key, externalAccountId: only.externalAccountId }, asked, read)
      return { status: loaded.status, accounts: only ? fit : loaded.accounts }
    }
    case 'not_connected':
      return notConnected(provider, scopes)
    case 'reconnect_required':
      return reconnectRequired(provider, scopes, loaded.consent)
    default:
      return loaded
  }
}

/** Mistakes in the calling code, which are not an outage. */
const MISTAKES = ['bad_declaration', 'bad_value', 'inside_use_cache']

function problemOf(
  error: unknown,
): OAuthTokenProblem & { status: 'revoked' | 'rate_limited' | 'unavailable' } {
  if (error instanceof LookupError && !MISTAKES.includes(error.code))
    return { status: error.code === 'revoked' ? 'revoked' : 'unavailable' }
  if (!(error instanceof ClerkError)) throw error
  return error.code === 'clerk_rate_limited'
    ? {
        ...{ status: 'rate_limited', retryAfter: error.retryAfter, limitedBy: 'clerk' },
        ...(error.clerkCodes.includes(OWN_CODES.overBudget) && { overBudget: true }),
      }
    : { status: 'unavailable' }
}
