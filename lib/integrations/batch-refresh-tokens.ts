import { invalidateTags } from '../cache/lookups'
import type { OAuthProvider } from '../cache/token-cache'
import { type OAuthTokenProblem, reloadOAuthToken } from '../cache/token-cache'
import { type Clock, sleep, systemClock } from '../lookup/clock'
import { isUnconfirmed } from '../lookup/errors'
import { joinKey } from '../lookup/slot'
import { tagOfIntegrations } from './cache'

export interface TokenToRefresh {
  userId: string
  provider: OAuthProvider
  externalAccountId?: string
}

/** The token asked for, and what came of it; `expiresAt` in milliseconds since 1970, null where nobody said. */
export type RefreshedToken = TokenToRefresh & ({ status: 'ok'; expiresAt: number | null } | OAuthTokenProblem)

export interface BatchRefreshOptions {
  /** Who asks, for the audit trail: a user's id. */
  actor?: string
  /** Seconds it may wait altogether when Clerk says "too many"; what is left then is `rate_limited`. 30 unless told. */
  patience?: number
  clock?: Clock
}

/** Requests to Clerk at a time. */
const AT_A_TIME = 5

/**
 * Brings cached tokens up to what Clerk has now: each one once, five at a time, the failure of one touching no other.
 * When Clerk says "too many" all wait as long as it says. Results in the order of the arguments; never a token.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS.
 */
export async function batchRefreshTokens(
  asked: readonly TokenToRefresh[],
  { actor = 'system', patience = 30, clock = systemClock }: BatchRefreshOptions = {},
): Promise<RefreshedToken[]> {
  // No more than these: the results of another batch may be asked for again, and have a status of their own.
  const tokens = asked.map(({ userId, provider, externalAccountId }) => ({
    ...{ userId, provider },
    ...(externalAccountId && { externalAccountId }),
  }))
  const keyOf = ({ userId, provider, externalAccountId = '' }: TokenToRefresh) =>
    joinKey(userId, provider, externalAccountId)
  const queue = [...new Map(tokens.map((token) => [keyOf(token), token]))]
  const outcomes = new Map<string, RefreshedToken>()
  const end = clock.now() + patience * 1000
  let pause = Promise.resolve()
  let pausedUntil = 0

  async function refresh(token: TokenToRefresh): Promise<RefreshedToken> {
    for (;;) {
      await pause
      const { userId, provider, externalAccountId } = token
      const result = await reloadOAuthToken(userId, provider, { externalAccountId, actor })
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
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
  const users = new Set(tokens.map(({ userId }) => userId))
  await invalidateTags([...users].map(tagOfIntegrations)).catch((error: unknown) => {
    // The tokens are new all the same; the status of the integrations is for 5 minutes at most.
    if (!isUnconfirmed(error)) throw error
  })
  return tokens.flatMap((token) => {
    const outcome = outcomes.get(keyOf(token))
    return outcome ? [{ ...outcome, ...token }] : []
  })
}
