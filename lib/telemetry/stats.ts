import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { namespace } from '../config'
import { RedisError } from '../lookup/redis/failures'
import { telemetryRedis } from './connection'
import { readFleetCounts } from './fleet-counts'
import { processCaches } from './gauges'
import { metrics } from './metrics'
import { readSeries } from './series'
import { viewOf } from './stats-view'
import { writers } from './writers'

/** What this process has counted since it started. Costs no Redis command. */
export const processView = async () => viewOf(await readSeries(metrics().registry))

async function processStats() {
  const { audit, counts } = writers()
  return {
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    ...(await processView()),
    breaker: lookups().healthy() ? 'closed' : 'open',
    clerkBudget: clerkBudget().read(),
    processCaches: processCaches(),
    writers: { audit: audit.counts(), counts: counts.counts() },
  }
}

async function fleetStats(minutes: number) {
  const where = { redis: telemetryRedis(), namespace: namespace() }
  try {
    const { processes, series } = await readFleetCounts(where, { minutes, now: Date.now() })
    return { minutes, processes, ...viewOf(series) }
  } catch (error) {
    if (error instanceof RedisError) return { unavailable: error.reason }
    throw error
  }
}

/**
 * Statistics of this process since it started, and of the fleet over the last `minutes` (at most 1440). The fleet's
 * sums are at most about 5 s behind. Does not throw when Redis is not responding.
 */
export async function cacheStats({ minutes }: { minutes: number }) {
  const [ofProcess, fleet] = await Promise.all([processStats(), fleetStats(minutes)])
  return { process: ofProcess, fleet }
}

/**
 * This process in three counts: reads that the cache answered, reads that it did not, and requests to Clerk, of which one can
 * be for many reads. A public page may show them, so there is
 * nothing in them about the state of Redis or Clerk.
 */
export async function processSummary(): Promise<{ cached: number; missed: number; asked: number }> {
  const { lookups, upstream } = await processView()
  // The request memo is left out: React alone would have spared those reads too.
  const sum = (count: (one: (typeof lookups)[string]) => number) =>
    Object.values(lookups).reduce((all, one) => all + count(one), 0)
  const cached = sum(({ hits }) => hits.process + hits.redis)
  const missed = sum(({ misses }) => misses)
  return { cached, missed, asked: upstream.clerk?.requests ?? 0 }
}
