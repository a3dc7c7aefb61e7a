import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { namespace } from '../config'
import { RedisError } from '../lookup/redis/client'
import { checkHealth } from '../process/health'
import { telemetryRedis } from '../telemetry/connection'
import { readSeries } from '../telemetry/counter-snapshot'
import { readFleetCounts } from '../telemetry/fleet-counts'
import { readFleetMinutes } from '../telemetry/fleet-minutes'
import { metrics } from '../telemetry/metrics'
import { viewOf } from '../telemetry/stats-view'
import { avoidedCalls, type LookupHealth, minutesOf } from './hit-rates'
import { shared } from './memoize-for'
import { clerkState, redisState } from './redis-state'

const MINUTES = 60

/** The fleet's last hour; this process since it began, where Redis cannot be asked. */
async function counted(now: number) {
  const where = { redis: telemetryRedis(), namespace: namespace() }
  try {
    const [{ processes, series }, minutes] = await Promise.all([
      readFleetCounts(where, { minutes: MINUTES, now }),
      readFleetMinutes(where, { minutes: MINUTES, now, name: 'lookups_total' }),
    ])
    return { processes, view: viewOf(series), minutes }
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return { processes: null, view: viewOf(await readSeries(metrics().registry)), minutes: [] }
  }
}

const byLookup = (view: ReturnType<typeof viewOf>, minutes: Map<string, number>[]): LookupHealth[] =>
  Object.entries(view.lookups).map(([name, { hits, misses, hitRate }]) => {
    const { request, process, redis } = hits
    const reads = request + process + redis + misses
    return {
      name,
      reads,
      hits: { request, process, redis },
      misses,
      hitRate,
      minutes: minutesOf(name, minutes),
    }
  })

async function readCacheHealth() {
  const at = Date.now()
  const [health, { processes, view, minutes }] = await Promise.all([checkHealth(), counted(at)])
  const budget = clerkBudget().read()
  const all = byLookup(view, minutes)
  return {
    at,
    redis: redisState(health.dependencies.redis, !lookups().healthy()),
    clerk: clerkState(health.dependencies.clerk, budget.pausedMs),
    budget: { limit: budget.limit, left: budget.left },
    /** Processes that counted within the hour; null: only this one, since it began. */
    processes,
    avoided: avoidedCalls(all),
    lookups: all,
    latency: { redis: view.redis.ms, clerk: view.upstream.clerk?.ms ?? null },
  }
}

export type CacheHealth = Awaited<ReturnType<typeof readCacheHealth>>

/** State and figures of the cache; nothing of a user. Shared by all of this process for a few seconds. */
export const sharedCacheHealth = shared('cache', readCacheHealth)
