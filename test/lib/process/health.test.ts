import { beforeEach, describe, expect, test, vi } from 'vitest'
import { checkHealth } from '@/lib/process/health'
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
