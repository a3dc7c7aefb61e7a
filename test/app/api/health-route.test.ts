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

  test.each([
    ['no token', undefined],
    ['a wrong one', 'Bearer wrong'],
    ['one that only begins with the right one', `Bearer ${TOKEN}x`],
    ['the right one without a scheme', TOKEN],
    ['the right one in another scheme', `Basic ${btoa(`ops:${TOKEN}`)}`],
    ['a scheme alone', 'Bearer'],
    ['an empty header', ''],
    ['two', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['one that is not ASCII', 'Bearer é'],
    ['one of 10,000 characters', `Bearer ${'x'.repeat(10_000)}`],
    ['a session token', 'Bearer eyJh.eyJz.c2ln'],
  ])(
    'tells a caller with %s which dependency is down, and neither why nor how fast the other is',
    async (_, authorization) => {
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

test.each(['short', 'ababababababababababab'])(
  'answers without reasons and latencies where OPS_TOKEN is %j, which stops a start',
  async (malformed) => {
    vi.resetModules()
    vi.stubEnv('OPS_TOKEN', malformed)
    const { GET: get } = await import('@/app/api/health/route')
    const headers = { authorization: `Bearer ${malformed}` }
    const response = await get(new Request('http://localhost/api/health', { headers }))
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ok', dependencies: { redis: { status: 'up' }, clerk: { status: 'up' } } },
    ])
    vi.unstubAllEnvs()
  },
)
