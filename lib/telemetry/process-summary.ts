import { readSeries } from './counter-snapshot'
import { metrics } from './metrics'
import { viewOf } from './stats-view'

/** What this process has read since it began: answered by the cache, and asked of Clerk. Costs no Redis command. */
export async function atAGlance(): Promise<{ cached: number; asked: number; redisMs: number | null }> {
  const { lookups, upstream, redis } = viewOf(await readSeries(metrics().registry))
  // What a request remembers by itself is no merit of the cache.
  const cached = Object.values(lookups).reduce((sum, { hits }) => sum + hits.process + hits.redis, 0)
  return { cached, asked: upstream.clerk?.requests ?? 0, redisMs: redis.ms?.p50 ?? null }
}
