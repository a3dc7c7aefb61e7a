import { RedisError, wordsOf } from '../lookup/redis/failures'
import { checkHealth } from '../process/health'

/** Milliseconds for which all open dashboards share one read of a panel. */
export const SHARED_MS = 4_000

/**
 * What a panel shows and when it was read, or what is wrong with Redis and what ends it, in words. `at` is in
 * milliseconds since the epoch.
 */
export type PanelResult<T> = { at: number; data: T } | { at: number; unavailable: string; fix: string }

/** The data of `read`, or why Redis did not return it. */
export async function panelResult<T>(read: () => Promise<T>): Promise<PanelResult<T>> {
  try {
    const data = await read()
    return { at: Date.now(), data }
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return { at: Date.now(), ...(await causeOf(error)) }
  }
}

/** That the breaker is open is no cause: panels that still asked Redis, and the verdict, name the one that opened it. */
async function causeOf({ reason, protocol, answer }: RedisError) {
  const redis = reason === 'breaker_open' && (await checkHealth()).dependencies.redis
  const { title, fix } = wordsOf(redis && redis.status === 'down' ? redis.reason : reason, protocol)
  return { unavailable: reason === 'refused' && answer ? `${title} (${answer})` : title, fix }
}
