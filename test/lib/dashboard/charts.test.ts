import { expect, test } from 'vitest'
import { chartPoint } from '@/lib/dashboard/charts'
import { parseField } from '@/lib/telemetry/series'
import type { Answer } from '@/lib/webhooks/handle-webhook'

const point = (fields: Record<string, number>) =>
  chartPoint({
    at: 0,
    series: Object.entries(fields).map(([field, value]) => parseField(field, String(value))),
  })

test('a point counts reads by layer, and requests to Clerk that were made and avoided', () => {
  const found = point({
    'lookups_total lookup=user&layer=redis': 8,
    'lookups_total lookup=user&layer=request': 5,
    'lookups_total lookup=username&layer=redis': 3,
    'lookups_total lookup=user&layer=none': 2,
    'upstream_requests_total service=clerk&status=200': 2,
    'upstream_requests_total service=google&status=200': 9,
  })
  expect(found.reads).toEqual({ request: 5, process: 0, redis: 11, none: 2 })
  // A name leads to a user, whose read is counted; the memo of a request would be there without the cache.
  expect(found.clerk).toEqual({ made: 2, avoided: 8 })
})

test('latencies are upper bounds of buckets, and null beyond the last', () => {
  const bucket = (le: string) => `redis_request_duration_seconds_bucket le=${encodeURIComponent(le)}`
  const { latency } = point({ [bucket('0.005')]: 60, [bucket('1')]: 96, [bucket('+Inf')]: 100 })
  expect(latency).toEqual({ redis: { p50: 5, p95: 1000, p99: null }, clerk: null })
})

test('tokens that a user has to do something about are not failures', () => {
  const read = (outcome: string) => `access_total action=token.read&outcome=${outcome}`
  const { tokens } = point({
    ...{ [read('ok')]: 7, [read('reconnect_required')]: 2, [read('not_connected')]: 3 },
    ...{ [read('unavailable')]: 1, 'access_total action=token.refresh&outcome=ok': 50 },
  })
  expect(tokens).toEqual({ ok: 7, user: 2, none: 3, failed: 1 })
})

test.each(
  Object.entries({
    ...{ ok: [1, 0], ignored: [1, 0] },
    ...{ invalidation_unconfirmed: [0, 1], bad_payload: [0, 1] },
    // Anybody can send these.
    ...{ unsigned: [0, 0], bad_signature: [0, 0], aborted: [0, 0], too_large: [0, 0], too_slow: [0, 0] },
  } satisfies Record<Answer, [number, number]>),
)('a delivery with the outcome %s is accepted, failed or none of the chart’s', (outcome, [done, failed]) => {
  const { webhooks } = point({ [`webhook_deliveries_total event=user.updated&outcome=${outcome}`]: 1 })
  expect(webhooks).toEqual({ done, failed })
})
