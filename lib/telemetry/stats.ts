import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { namespace } from '../config'
import { RedisError } from '../lookup/redis/client'
import { telemetryRedis } from './connection'
import { readSeries } from './counter-snapshot'
import { readFleetCounts } from './fleet-counts'
import { processCaches } from './gauges'
import { metrics } from './metrics'
import { viewOf } from './stats-view'
import { writers } from './writers'

/** What this process counted since it began, and what it holds. */
async function processStats() {
  const { audit, counts } = writers()
  return {
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    ...viewOf(await readSeries(metrics().registry)),
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
 * Statistics of this process since it began, and of the fleet over the last minutes (1440 at most). What a process counted
 * reaches the fleet's sums within 5 s. Never throws for a dead Redis.
 */
export async function cacheStats({ minutes }: { minutes: number }) {
  const [ofProcess, fleet] = await Promise.all([processStats(), fleetStats(minutes)])
  return { process: ofProcess, fleet }
}
