import { redis } from '../config'
import { RedisError } from '../lookup/redis/client'
import { TAG_OF_ALL_NAMES, tagsOfUser, userById } from './clerk-cache'
import type { Counts } from './counts'
import { invalidateTags, lookups } from './lookups'

/** Forgets a user. @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; repeating is safe. */
export const invalidateUserCache = (userId: string): Promise<void> => invalidateAllUserCache(userId)

/**
 * Forgets a user, the lists of users by role, and where their username leads; without one, where every name leads, as
 * any may have become theirs. Whoever knows the username saves the others a question to Clerk.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; repeating is safe.
 */
export async function invalidateAllUserCache(userId: string, username?: string | null): Promise<void> {
  await invalidateTags(
    username ? tagsOfUser(userId, { usernames: [username] }) : [...tagsOfUser(userId), TAG_OF_ALL_NAMES],
  )
}

/** Loads a user who is not cached yet. */
export const warmUpUserCache = (userId: string) => userById.warm([userId])

/** Loads those of the users who are not cached yet; says how many are now, and how many could not be loaded. */
export const warmUpUsersCache = (ids: readonly string[]) => userById.warm(ids)

export type ClerkCacheStats = {
  isRedisAvailable: boolean
  /** Milliseconds one PING took, or why there was no answer. */
  redis: { latencyMs: number } | { reason: string }
  cacheType: 'Redis' | 'Process'
  /** Of this process, since it started. */
  lookups: Record<string, Counts & { hits: number; hitRate: number | null }>
}

/** State and counters of the cache, of this process. Never throws for a dead Redis. */
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
