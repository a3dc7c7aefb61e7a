import type { Series } from './series'

/** Counts in the shape of the statistics: the same for one process and for the fleet. */
export function viewOf(series: readonly Series[]) {
  const { sum, byLabel } = query(series)

  function lookup(name: string) {
    const of = { lookup: name }
    const { none: misses = 0, ...hits } = byLabel('lookups_total', 'layer', of)
    const hit = Object.values(hits).reduce((all, count) => all + count, 0)
    return {
      hits: { request: 0, process: 0, redis: 0, ...hits },
      misses,
      hitRate: hit + misses === 0 ? null : hit / (hit + misses),
      events: byLabel('lookup_events_total', 'event', of),
      loads: sum('load_duration_seconds_count', of),
      loadMs: latencies(byLabel('load_duration_seconds_bucket', 'le', of)),
      errors: byLabel('load_errors_total', 'code', of),
    }
  }
  const upstream = (service: string) => ({
    requests: sum('upstream_requests_total', { service }),
    byStatus: byLabel('upstream_requests_total', 'status', { service }),
    ms: latencies(byLabel('upstream_request_duration_seconds_bucket', 'le', { service })),
  })
  const each = <T>(names: string[], view: (name: string) => T) =>
    Object.fromEntries(names.map((name) => [name, view(name)] as const))

  return {
    lookups: each(Object.keys(byLabel('lookups_total', 'lookup')), lookup),
    redis: {
      operations: sum('redis_request_duration_seconds_count'),
      ms: latencies(byLabel('redis_request_duration_seconds_bucket', 'le')),
      errors: byLabel('redis_errors_total', 'code'),
    },
    upstream: each(Object.keys(byLabel('upstream_requests_total', 'service')), upstream),
    invalidations: byLabel('invalidations_total', 'outcome'),
    webhooks: byLabel('webhook_deliveries_total', 'outcome'),
    access: byLabel('access_total', 'action'),
  }
}

/** Sums over the series that have a name and some labels. */
function query(series: readonly Series[]) {
  const matching = (name: string, of: Record<string, string>) =>
    series.filter(
      (one) => one.name === name && Object.entries(of).every(([label, text]) => one.labels[label] === text),
    )
  return {
    sum: (name: string, of: Record<string, string> = {}) =>
      matching(name, of).reduce((all, { value }) => all + value, 0),
    byLabel(name: string, label: string, of: Record<string, string> = {}) {
      const sums: Record<string, number> = {}
      for (const { labels, value } of matching(name, of)) {
        const text = labels[label] ?? ''
        sums[text] = (sums[text] ?? 0) + value
      }
      return sums
    },
  }
}

/**
 * The times within which 50, 95 and 99 % of the requests ended: upper bounds of their buckets in milliseconds, null
 * beyond the last bucket.
 */
export function latencies(buckets: Record<string, number>) {
  const bounds = Object.entries(buckets)
    .map(([le, count]) => ({ ms: le === '+Inf' ? null : Number(le) * 1000, count }))
    .sort((a, b) => (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY))
  const all = bounds.at(-1)?.count ?? 0
  if (all === 0) return null
  const under = (share: number) => bounds.find(({ count }) => count >= share * all)?.ms ?? null
  return { p50: under(0.5), p95: under(0.95), p99: under(0.99) }
}
