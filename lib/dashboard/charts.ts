import { namespace } from '../config'
import { memoizeFor } from '../process/memoize-for'
import { telemetryRedis } from '../telemetry/connection'
import { type Point, readFleetHistory } from '../telemetry/fleet-history'
import type { Series } from '../telemetry/series'
import { latencies } from '../telemetry/stats-view'
import { THROUGH_ANOTHER } from './hit-rates'
import { panelResult } from './panel-result'
import type { ChartPoint, Charts, Range } from './snapshot-schema'

/** Minutes of a range and of one point, and milliseconds for which all open dashboards share one read. */
const ranges: Record<Range, { minutes: number; step: number; sharedFor: number }> = {
  '15m': { minutes: 15, step: 1, sharedFor: 15_000 },
  '1h': { minutes: 60, step: 1, sharedFor: 15_000 },
  '6h': { minutes: 360, step: 5, sharedFor: 60_000 },
  '24h': { minutes: 1440, step: 15, sharedFor: 60_000 },
}

const NAMES = [
  ...['lookups_total', 'upstream_requests_total', 'webhook_deliveries_total', 'access_total'],
  ...['redis_request_duration_seconds_bucket', 'upstream_request_duration_seconds_bucket'],
]

/** Outcomes that need the signing secret. Anybody can send what has the others. */
const ACCEPTED = ['ok', 'ignored']
const FAILED = ['bad_payload', 'invalidation_unconfirmed']
const NEEDS_USER = ['scope_missing', 'reconnect_required']
const NO_ACCOUNT = ['not_connected', 'revoked', 'impersonated']

/** Sums over the series of one point. */
function sumsOf(series: readonly Series[]) {
  const of = (name: string, matches: (labels: Series['labels']) => boolean) =>
    series.filter((one) => one.name === name && matches(one.labels))
  return {
    sum: (name: string, matches: (labels: Series['labels']) => boolean) =>
      of(name, matches).reduce((all, { value }) => all + value, 0),
    latency(name: string, matches: (labels: Series['labels']) => boolean) {
      const buckets: Record<string, number> = {}
      for (const { labels, value } of of(name, matches)) {
        const le = labels.le ?? ''
        buckets[le] = (buckets[le] ?? 0) + value
      }
      return latencies(buckets)
    },
  }
}

export function chartPoint({ at, series }: Point): ChartPoint {
  const { sum, latency } = sumsOf(series)
  const reads = (layer: string) => sum('lookups_total', (labels) => labels.layer === layer)
  const tokens = (matches: (outcome: string) => boolean) =>
    sum('access_total', ({ action, outcome = '' }) => action === 'token.read' && matches(outcome))
  const deliveries = (outcomes: string[]) =>
    sum('webhook_deliveries_total', ({ outcome = '' }) => outcomes.includes(outcome))
  return {
    at,
    reads: {
      ...{ request: reads('request'), process: reads('process') },
      ...{ redis: reads('redis'), none: reads('none') },
    },
    clerk: {
      made: sum('upstream_requests_total', ({ service }) => service === 'clerk'),
      avoided: sum(
        'lookups_total',
        ({ lookup = '', layer = '' }) => ['process', 'redis'].includes(layer) && !THROUGH_ANOTHER.has(lookup),
      ),
    },
    latency: {
      redis: latency('redis_request_duration_seconds_bucket', () => true),
      clerk: latency('upstream_request_duration_seconds_bucket', ({ service }) => service === 'clerk'),
    },
    webhooks: {
      done: deliveries(ACCEPTED),
      failed: deliveries(FAILED),
    },
    tokens: {
      ok: tokens((outcome) => outcome === 'ok'),
      user: tokens((outcome) => NEEDS_USER.includes(outcome)),
      none: tokens((outcome) => NO_ACCOUNT.includes(outcome)),
      failed: tokens((outcome) => ![...NEEDS_USER, ...NO_ACCOUNT, 'ok'].includes(outcome)),
    },
  }
}

async function readCharts(range: Range): Promise<Charts> {
  const at = Date.now()
  const { minutes, step } = ranges[range]
  const where = { redis: telemetryRedis(), namespace: namespace() }
  const points = await readFleetHistory(where, { minutes, step, now: at, names: NAMES })
  return { at, range, step, points: points.map(chartPoint) }
}

/** What the fleet counted in a range, in points. The whole process shares one read. */
export const sharedCharts = (range: Range) =>
  memoizeFor(ranges[range].sharedFor, `charts-${range}`, () => panelResult(() => readCharts(range)))()
