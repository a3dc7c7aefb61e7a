import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { namespace } from '../config'
import { RedisError } from '../lookup/redis/failures'
import { checkHealth } from '../process/health'
import { memoizeFor } from '../process/memoize-for'
import { telemetryRedis } from '../telemetry/connection'
import { readFleetCounts, readFleetMinutes } from '../telemetry/fleet-counts'
import type { Series } from '../telemetry/series'
import { processView } from '../telemetry/stats'
import { viewOf } from '../telemetry/stats-view'
import { avoidedCalls, minutesOf } from './hit-rates'
import { SHARED_MS } from './panel-result'
import { clerkState, currentRedisState } from './redis-state'
import type { CacheHealth, LookupHealth } from './snapshot-schema'

const MINUTES = 60

type View = ReturnType<typeof viewOf>
type Counted = { processes: number | null; view: View; minutes: Series[][] }

/** The fleet's last hour, or without Redis this process since it started. */
async function readCounts(now: number): Promise<Counted> {
  const where = { redis: telemetryRedis(), namespace: namespace() }
  try {
    const [{ processes, series }, minutes] = await Promise.all([
      readFleetCounts(where, { minutes: MINUTES, now }),
      readFleetMinutes(where, { minutes: MINUTES, now, name: 'lookups_total' }),
    ])
    return { processes, view: viewOf(series), minutes }
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return { processes: null, view: await processView(), minutes: [] }
  }
}

/** Each lookup, the most read first: Redis returns them in any order. */
export const byLookup = (view: Pick<View, 'lookups'>, minutes: Series[][]): LookupHealth[] =>
  Object.entries(view.lookups)
    .map(([name, { hits, misses, hitRate }]) => {
      const { request, process, redis } = hits
      return {
        name,
        reads: request + process + redis + misses,
        hits: { request, process, redis },
        misses,
        hitRate,
        minutes: minutesOf(name, minutes),
      }
    })
    .sort((a, b) => b.reads - a.reads || (a.name < b.name ? -1 : 1))

async function readCacheHealth(): Promise<CacheHealth> {
  const at = Date.now()
  const [health, { processes, view, minutes }] = await Promise.all([checkHealth(), readCounts(at)])
  const budget = clerkBudget().read()
  const all = byLookup(view, minutes)
  return {
    at,
    redis: currentRedisState(health.dependencies.redis, !lookups().healthy()),
    clerk: clerkState(health.dependencies.clerk, budget.pausedMs),
    budget: { limit: budget.limit, left: budget.left },
    processes,
    avoided: avoidedCalls(all),
    lookups: all,
    latency: { redis: view.redis.ms, clerk: view.upstream.clerk?.ms ?? null },
  }
}

/** State and figures of the cache, and nothing about a user. The whole process shares one read for a few seconds. */
export const sharedCacheHealth = memoizeFor(SHARED_MS, 'cache-health', readCacheHealth)
