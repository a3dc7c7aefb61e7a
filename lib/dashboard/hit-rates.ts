import type { Series } from '../telemetry/series'
import type { LookupHealth, Minute } from './snapshot-schema'

/** Lookups whose value is read through another lookup. Only that one is counted: a hit of these alone saves no request. */
export const THROUGH_ANOTHER = new Set(['username', 'email', 'external-id', 'integrations'])

/** Reads and hits of one lookup in each minute, from the series `lookups_total`. */
export const minutesOf = (lookup: string, minutes: readonly (readonly Series[])[]): Minute[] =>
  minutes.map((series) => {
    const minute = { reads: 0, hits: 0 }
    for (const { labels, value } of series) {
      if (labels.lookup !== lookup) continue
      minute.reads += value
      if (labels.layer !== 'none') minute.hits += value
    }
    return minute
  })

/**
 * Requests to Clerk that the cache has avoided: hits in Redis and in the process cache. Hits in the request memo are not
 * counted, because React alone would avoid those.
 */
export function avoidedCalls(lookups: readonly LookupHealth[]): { calls: number; share: number | null } {
  let [calls, needed] = [0, 0]
  for (const { name, hits, misses } of lookups) {
    if (THROUGH_ANOTHER.has(name)) continue
    calls += hits.process + hits.redis
    needed += misses
  }
  return { calls, share: calls + needed === 0 ? null : calls / (calls + needed) }
}
