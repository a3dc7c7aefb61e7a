import type { Registry } from 'prom-client'
import { OWN_OPERATION } from './connection'

/** One count: a metric's name without its prefix, its labels, and how often. */
export interface Series {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/** Metrics that only grow: counters, and the buckets, sums and counts of histograms. */
const GROWS = /_(total|bucket|sum|count)$/
const PREFIX = /^clerk_cache_/

/**
 * The metrics of a registry that only grow, as whole numbers: what the fleet's sums are made of. Without the label
 * `operation`, which most of the series differ by; seconds become microseconds. What telemetry itself does is left out:
 * otherwise each write of the counts would be something new to count.
 */
export async function readSeries(registry: Registry): Promise<Series[]> {
  const all: Series[] = []
  for (const metric of await registry.getMetricsAsJSON()) {
    for (const sample of metric.values) {
      const name = ('metricName' in sample && String(sample.metricName)) || metric.name
      const { operation = '', ...labels } = Object.fromEntries(
        Object.entries(sample.labels).map(([label, text]) => [label, String(text)]),
      )
      if (operation.startsWith(OWN_OPERATION) || labels.writer === 'counts' || !GROWS.test(name)) continue
      const value = name.endsWith('_seconds_sum') ? Math.round(sample.value * 1e6) : sample.value
      all.push({ name: name.replace(PREFIX, ''), labels, value })
    }
  }
  return all
}

/** The name of a series in a Redis hash: `lookups_total lookup=user&layer=redis`. */
const fieldOf = ({ name, labels }: Series): string =>
  [name, new URLSearchParams(labels).toString()].filter(Boolean).join(' ')

/** A series from the hash. */
export function parseField(field: string, value: string): Series {
  const [name = '', labels] = field.split(' ', 2)
  return { name, labels: Object.fromEntries(new URLSearchParams(labels)), value: Number(value) }
}

/** The series as fields of a Redis hash; those of the same name and labels are added up. */
export function fieldsOf(all: readonly Series[]): Map<string, number> {
  const fields = new Map<string, number>()
  for (const series of all) {
    const field = fieldOf(series)
    fields.set(field, (fields.get(field) ?? 0) + series.value)
  }
  return fields
}

/** Only what was added since; empty if nothing was. */
export function difference(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Record<string, number> {
  const grown = [...now].map(([field, value]) => [field, value - (before.get(field) ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, added]) => added !== 0))
}
