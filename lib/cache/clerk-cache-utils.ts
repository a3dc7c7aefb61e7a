import { countsOf, type LookupCounts } from '../lookup/process-state'
import { RedisError, redis } from '../redis'
import { userById, userIdByUsername, userIdsByRole } from './clerk-cache'

/** Forgets a user. @throws InvalidationError when Redis did not confirm it; repeating is safe. */
export const invalidateUserCache = (userId: string): Promise<void> => invalidateAllUserCache(userId)

/**
 * Forgets a user, and where the names are given, what they lead to; the lists of users by role with them.
 * @throws InvalidationError when Redis did not confirm it; repeating is safe.
 */
export async function invalidateAllUserCache(userId: string, username?: string | null): Promise<void> {
  await Promise.all([
    userById.invalidate(userId),
    userIdsByRole.invalidate('expert', 'admin'),
    username ? userIdByUsername.invalidate(username) : undefined,
  ])
}

export type ClerkCacheStats = {
  isRedisAvailable: boolean
  /** Milliseconds one PING took, or why there was no answer. */
  redis: { latencyMs: number } | { reason: string }
  cacheType: 'Redis' | 'Process'
  /** Of this process, since it started. */
  lookups: Record<string, LookupCounts & { hitRate: number | null }>
}

/** State and counters of the cache, of this process. Never throws for a dead Redis. */
export async function getClerkCacheStats(): Promise<ClerkCacheStats> {
  const started = performance.now()
  const state = await redis((r) => r.ping()).then(
    () => ({ latencyMs: Math.round((performance.now() - started) * 10) / 10 }),
    (error: unknown) => ({ reason: error instanceof RedisError ? error.reason : 'refused' }),
  )
  const isRedisAvailable = 'latencyMs' in state
  const names = ['user', 'username', 'role', 'token']
  return {
    isRedisAvailable,
    redis: state,
    cacheType: isRedisAvailable ? 'Redis' : 'Process',
    lookups: Object.fromEntries(
      names.map((name) => {
        const counts = countsOf(name)
        const reads = counts.hits + counts.misses
        return [name, { ...counts, hitRate: reads === 0 ? null : counts.hits / reads }]
      }),
    ),
  }
}
