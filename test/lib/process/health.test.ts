import { beforeEach, describe, expect, test, vi } from 'vitest'
import { checkHealth, REDIS_SLOW_MS } from '@/lib/process/health'
import { dropMemoized } from '@/lib/process/memoize-for'
import { useServices } from '../../support/services'

// For the Redis that hangs; a longer deadline would only be waited for.
const services = useServices({ env: { CACHE_REDIS_TIMEOUT_MS: '2000' }, keep: true })

// Answers are shared for 5 s: each test is a minute later.
beforeEach(() => {
  const later = performance.now() + 60_000
  vi.spyOn(performance, 'now').mockReturnValue(later + minute++ * 60_000)
  return () => vi.restoreAllMocks()
})
let minute = 0

describe('health', () => {
  test('is ok with Redis and Clerk up', async () => {
    expect(await checkHealth()).toMatchObject({ status: 'ok' })
  })

  test('does not call Redis slow because of one slow ping, but because of three', async () => {
    // Time has to pass here.
    vi.restoreAllMocks()
    let pings = 0
    const slowFor = (count: number) =>
      services.upstash.faults.set({
        only: ['ping'],
        before: async () => {
          if (++pings <= count) await new Promise((resolve) => setTimeout(resolve, 150))
        },
      })
    for (const [count, isSlow] of [
      [1, false],
      [3, true],
    ] as const) {
      pings = 0
      slowFor(count)
      dropMemoized()
      const { redis } = (await checkHealth()).dependencies
      expect(redis.status === 'up' && redis.latencyMs >= REDIS_SLOW_MS, `${count} slow`).toBe(isSlow)
    }
    expect(pings).toBe(3)
    services.upstash.faults.clear()
  })

  test('is degraded without Redis, and says so', async () => {
    services.upstash.faults.set({ reset: 'before' })
    expect(await checkHealth()).toMatchObject({
      status: 'degraded',
      dependencies: { redis: { status: 'down', reason: 'unreachable' }, clerk: { status: 'up' } },
    })
  })

  test('is degraded without Clerk, and says so', async () => {
    services.clerk.faults.add({ status: 500 })
    expect(await checkHealth()).toMatchObject({
      status: 'degraded',
      dependencies: { redis: { status: 'up' }, clerk: { status: 'down', reason: 'clerk_unavailable' } },
    })
  })

  test('is down without both', async () => {
    services.upstash.faults.set({ hang: 'before' })
    services.clerk.faults.add({ status: 500 })
    expect(await checkHealth()).toMatchObject({ status: 'down' })
  })

  test('asks once for many checks at a time', async () => {
    services.clerk.resetRequests()
    await Promise.all(Array.from({ length: 50 }, checkHealth))
    expect(services.clerk.requests().total).toBe(1)
  })
})
