import { expect, test } from 'vitest'
import { z } from 'zod'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { readFleetCounts } from '@/lib/telemetry/fleet-counts'
import { viewOf } from '@/lib/telemetry/stats-view'
import { people } from '../../../local/seed'
import { startStandIns } from '../../../local/stand-ins'
import { readMetrics } from './prometheus'
import { startWorker } from './workers/start-worker'

test('after a mixed run over 4 processes the figures are those that Clerk and Redis counted', async () => {
  const { env, clerk, upstash, close } = await startStandIns(0, {
    ports: { clerk: 0, upstash: 0, google: 0 },
  })
  clerk.webhooks.pause()
  try {
    const shared = [people.member, people.expert, people.admin]
    const owns = [people.neverConnected, people.needsReconnecting, people.tooFewScopes, people.member]
    clerk.faults.add({ status: 500, times: 2 })
    clerk.resetRequests()
    upstash.resetCounts()
    const texts = await Promise.all(
      owns.map(async (own) => {
        const { message, ended } = startWorker('reader', { ...env, CACHE_REDIS_TIMEOUT_MS: '10000' }, [
          own,
          ...shared,
        ])
        const text = await Promise.race([message(), ended.then(({ err }) => Promise.reject(new Error(err)))])
        await ended
        return z.string().parse(text)
      }),
    )
    const counted = texts.map(readMetrics)
    const requests = clerk.requests()
    const { byCommand } = upstash.counts()
    const sum = (name: string, of: Record<string, string> = {}) =>
      counted.reduce((all, metrics) => all + metrics.sum(name, of), 0)

    // The stand-ins and the fleet's sums agree with the metrics of the four processes.
    expect(sum('clerk_cache_upstream_requests_total', { service: 'clerk' })).toBe(requests.total)
    expect(sum('clerk_cache_upstream_requests_total', { status: '500' })).toBe(2)
    expect(sum('clerk_cache_redis_request_duration_seconds_count', { operation: 'read' })).toBe(
      byCommand.mget,
    )
    expect(sum('clerk_cache_redis_request_duration_seconds_count', { operation: 'drop' })).toBe(
      byCommand.unlink,
    )

    const redis = createRedisClient({
      url: upstash.url,
      token: upstash.token,
      state: createProcessState(),
    })
    const { processes, series } = await readFleetCounts(
      { redis, namespace: 'ck' },
      { minutes: 5, now: Date.now() },
    )
    const fleet = viewOf(series)
    expect(processes).toBe(4)
    expect(fleet.upstream.clerk?.requests).toBe(requests.total)
    expect(fleet.upstream.clerk?.byStatus['500']).toBe(2)
    expect(fleet.invalidations).toEqual({ confirmed: 20 })
    for (const layer of ['request', 'process', 'redis'] as const)
      expect(fleet.lookups.user?.hits[layer]).toBe(
        sum('clerk_cache_lookups_total', { lookup: 'user', layer }),
      )
    expect(fleet.lookups.user?.misses).toBe(
      sum('clerk_cache_lookups_total', { lookup: 'user', layer: 'none' }),
    )
    // The user who does not exist: negative once in a load, then in hits.
    expect(fleet.lookups.user?.events.negative).toBeGreaterThanOrEqual(17)
    // Telemetry writes every 5 s, and does not count its own operations for the fleet.
    const all = 'clerk_cache_redis_request_duration_seconds_count'
    const own = ['telemetry_append', 'telemetry_count'].map((operation) => sum(all, { operation }))
    expect(fleet.redis.operations).toBe(own.reduce((left, count) => left - count, sum(all)))
  } finally {
    await close()
  }
}, 60_000)
