import type { Registry } from 'prom-client'
import { OWN_OPERATION } from './connection'

/** What only grows: counters, and the buckets, sums and counts of histograms. */
const GROWS = /_(total|bucket|sum|count)$/
const PREFIX = /^clerk_cache_/

/**
 * The metrics of a registry that only grow, as whole numbers by `name label=value …`: what the fleet adds up. Without the
 * operation, which makes most of the series; seconds become microseconds. What telemetry itself does is left out, or
 * counting would never come to rest.
 */
export async function readSeries(registry: Registry): Promise<Map<string, number>> {
  const series = new Map<string, number>()
  for (const metric of await registry.getMetricsAsJSON()) {
    for (const value of metric.values) {
      const name = ('metricName' in value && String(value.metricName)) || metric.name
      const labels: Record<string, unknown> = { ...value.labels }
      const own = String(labels.operation ?? '').startsWith(OWN_OPERATION) || labels.writer === 'counts'
      if (own || !GROWS.test(name)) continue
      delete labels.operation
      const parts = Object.entries(labels).map(([label, text]) => `${label}=${text}`)
      const key = [name.replace(PREFIX, ''), ...parts].join(' ')
      const number = name.endsWith('_seconds_sum') ? Math.round(value.value * 1e6) : value.value
      series.set(key, (series.get(key) ?? 0) + number)
    }
  }
  return series
}

/** What was added since; empty when nothing was. */
export function difference(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Record<string, number> {
  const grown = [...now].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, added]) => added !== 0))
}
