import { redis } from '../config'
import { RedisError } from '../lookup/redis/failures'
import { userById } from './clerk-cache'
import type { Counts } from './counts'
import { invalidateTags, lookups } from './lookups'
import { type NamesOfUser, tagsOfUser } from './tags'

/**
 * Invalidates everything that is cached of a user, in every process: the user, the lists of users by role, the lookups
 * by name, the tokens and the integration status. This is what *Invalidate* means on the dashboard, in `ops`, in
 * webhooks and after writes.
 *
 * Pass the names that the user has now, if you know them. A kind of name that you leave out is invalidated for all
 * users, because any of those names could be this user's; each costs Clerk one request when it is next looked up.
 * @throws LookupError `invalidation_unconfirmed` if Redis did not confirm it. Repeating is safe.
 */
export const invalidateUserCache = (userId: string, names?: NamesOfUser): Promise<void> =>
  invalidateTags(tagsOfUser(userId, names))

/**
 * The same as `invalidateUserCache`, for a caller who knows the username: lookups by the usernames of other users stay
 * cached. @throws LookupError as `invalidateUserCache`
 */
export const invalidateAllUserCache = (userId: string, username?: string | null): Promise<void> =>
  invalidateUserCache(userId, username ? { usernames: [username] } : {})

/** Loads a user who is not cached yet. */
export const warmUpUserCache = (userId: string) => userById.warm([userId])

/** Loads the users who are not cached yet. Returns how many are cached now and how many could not be loaded. */
export const warmUpUsersCache = (ids: readonly string[]) => userById.warm(ids)

/** `redis`: how many ms one PING took, or why it failed. `lookups`: what this process counted since it started. */
export type ClerkCacheStats = {
  isRedisAvailable: boolean
  redis: { latencyMs: number } | { reason: string }
  cacheType: 'Redis' | 'Process'
  lookups: Record<string, Counts & { hits: number; hitRate: number | null }>
}

/** The state and the counts of the cache in this process. Does not throw when Redis is down. */
export async function getClerkCacheStats(): Promise<ClerkCacheStats> {
  const started = performance.now()
  const state = await redis()
    .insist('ping', (client) => client.ping())
    .then(
      () => ({ latencyMs: Math.round((performance.now() - started) * 10) / 10 }),
      (error: unknown) => ({ reason: error instanceof RedisError ? error.reason : 'refused' }),
    )
  const isRedisAvailable = 'latencyMs' in state
  const counted = Object.entries(lookups().stats()).map(([name, counts]) => {
    const hits = counts.request + counts.process + counts.redis
    const reads = hits + counts.misses
    return [name, { ...counts, hits, hitRate: reads === 0 ? null : hits / reads }] as const
  })
  return {
    isRedisAvailable,
    redis: state,
    cacheType: isRedisAvailable ? 'Redis' : 'Process',
    lookups: Object.fromEntries(counted),
  }
}
