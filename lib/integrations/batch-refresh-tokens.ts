import { invalidateTags } from '../cache/lookups'
import { tagOfIntegrations } from '../cache/tags'
import type { OAuthProvider } from '../cache/token-cache'
import { type OAuthTokenProblem, reloadOAuthToken } from '../cache/token-cache'
import { type Clock, sleep, systemClock } from '../lookup/clock'
import { isUnconfirmed } from '../lookup/errors'
import { withPriority } from '../lookup/priority'
import { joinKey } from '../lookup/slot'

export interface TokenToRefresh {
  userId: string
  provider: OAuthProvider
  externalAccountId?: string
}

/** The result for one token. `expiresAt` is in milliseconds since 1970, or null if the provider did not say. */
export type RefreshedToken = TokenToRefresh & ({ status: 'ok'; expiresAt: number | null } | OAuthTokenProblem)

export interface BatchRefreshOptions {
  /** The ID of the user who refreshes, for the audit trail (default: `system`). */
  actor?: string
  /** Seconds to wait in total when Clerk limits the rate (default: 30). Tokens left after that are `rate_limited`. */
  maxWait?: number
  clock?: Clock
}

/** The highest number of requests to Clerk at the same time. */
const CONCURRENCY = 5

/**
 * Loads each token from Clerk again, five at a time and as background work. If one fails, the others go on. If Clerk limits the rate, all wait
 * for as long as Clerk says. The results are in the order of the arguments and have no token in them.
 * @throws ConfigurationError if CACHE_ENCRYPTION_KEYS is not set.
 */
export async function batchRefreshTokens(
  requested: readonly TokenToRefresh[],
  { actor = 'system', maxWait = 30, clock = systemClock }: BatchRefreshOptions = {},
): Promise<RefreshedToken[]> {
  // Only these fields: callers may pass the results of another batch, which have a status of their own.
  const tokens = requested.map(({ userId, provider, externalAccountId }) => ({
    ...{ userId, provider },
    ...(externalAccountId && { externalAccountId }),
  }))
  const keyOf = ({ userId, provider, externalAccountId = '' }: TokenToRefresh) =>
    joinKey(userId, provider, externalAccountId)
  const queue = [...new Map(tokens.map((token) => [keyOf(token), token]))]
  const outcomes = new Map<string, RefreshedToken>()
  const end = clock.now() + maxWait * 1000
  let pause = Promise.resolve()
  let pausedUntil = 0

  async function refresh(token: TokenToRefresh): Promise<RefreshedToken> {
    for (;;) {
      await pause
      const { userId, provider, externalAccountId } = token
      const result = await withPriority('low', () =>
        reloadOAuthToken(userId, provider, {
          ...{ externalAccountId, actor },
          // No token leaves this function.
          whileImpersonated: 'allow',
        }),
      )
      if (result.status === 'ok') return { ...token, status: 'ok', expiresAt: result.token.expiresAt }
      const until = result.status === 'rate_limited' ? clock.now() + result.retryAfter * 1000 : 0
      if (result.status !== 'rate_limited' || until > end) return { ...token, ...result }
      if (until > pausedUntil) {
        pausedUntil = until
        pause = sleep(clock, until - clock.now())
      }
    }
  }

  async function work() {
    for (let next = queue.shift(); next; next = queue.shift()) outcomes.set(next[0], await refresh(next[1]))
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  const users = new Set(tokens.map(({ userId }) => userId))
  await invalidateTags([...users].map(tagOfIntegrations)).catch((error: unknown) => {
    // The tokens are refreshed. Only the integration status may be old, for at most 5 minutes.
    if (!isUnconfirmed(error)) throw error
  })
  return tokens.flatMap((token) => {
    const outcome = outcomes.get(keyOf(token))
    return outcome ? [{ ...outcome, ...token }] : []
  })
}
