import { beforeEach, describe, expect, test, vi } from 'vitest'
import { GET } from '@/app/api/health/route'
import { useServices } from '../../support/services'

const TOKEN = 'ops-token-of-the-health-test'
const services = useServices({ env: { OPS_TOKEN: TOKEN }, keep: true })
vi.mock('next/server', () => ({ connection: async () => {} }))

// Answers are shared for 5 s: each test is a minute later.
let minute = 0
beforeEach(() => {
  const later = performance.now() + ++minute * 60_000
  vi.spyOn(performance, 'now').mockReturnValue(later)
  return () => vi.restoreAllMocks()
})

async function get(authorization?: string) {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  const response = await GET(new Request('http://localhost/api/health', { headers }))
  return [response.status, await response.json()]
}

const degraded = { status: 'degraded', dependencies: { redis: { status: 'up' }, clerk: { status: 'down' } } }

describe('/api/health', () => {
  beforeEach(() => services.clerk.faults.add({ status: 401 }))

  test.each([undefined, 'Bearer wrong', `Bearer ${TOKEN}x`, TOKEN])(
    'tells a caller with %s which dependency is down, and neither why nor how fast the other is',
    async (authorization) => {
      expect(await get(authorization)).toEqual([200, degraded])
    },
  )

  test('tells monitoring with OPS_TOKEN the reason and the latency', async () => {
    expect(await get(`Bearer ${TOKEN}`)).toEqual([
      200,
      {
        status: 'degraded',
        dependencies: {
          redis: { status: 'up', latencyMs: expect.any(Number) },
          clerk: { status: 'down', reason: 'clerk_unauthorized' },
        },
      },
    ])
  })

  test('answers 503 when both are down', async () => {
    services.upstash.faults.set({ reset: 'before' })
    expect(await get()).toEqual([
      503,
      { status: 'down', dependencies: { redis: { status: 'down' }, clerk: { status: 'down' } } },
    ])
  })
})
