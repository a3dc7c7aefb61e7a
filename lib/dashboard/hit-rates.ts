export type Minute = { reads: number; hits: number }

export type LookupHealth = {
  name: string
  reads: number
  hits: { request: number; process: number; redis: number }
  misses: number
  /** Null without a read. */
  hitRate: number | null
  /** The last 60, oldest first; none where the fleet's counts cannot be read. */
  minutes: Minute[]
}

/** These lead to another lookup, which is counted itself: their hits alone save no call. */
const LEADS_ON = new Set(['username', 'email', 'external-id', 'integrations'])

const labelsOf = (series: string) => new Map(series.split(' ').slice(1).map(pairOf))

function pairOf(label: string): [string, string] {
  const at = label.indexOf('=')
  return [label.slice(0, at), label.slice(at + 1)]
}

/** Reads and hits of one lookup in each minute, from the series `lookups_total`. */
export const minutesOf = (lookup: string, minutes: readonly ReadonlyMap<string, number>[]): Minute[] =>
  minutes.map((series) => {
    const minute = { reads: 0, hits: 0 }
    for (const [name, count] of series) {
      const labels = labelsOf(name)
      if (labels.get('lookup') !== lookup) continue
      minute.reads += count
      if (labels.get('layer') !== 'none') minute.hits += count
    }
    return minute
  })

/**
 * Requests to Clerk that the cache has spared: hits of Redis and of the process layer. What React's memo of a request
 * answers does not count, as it would without this cache; nor do the names that lead to a user, who is counted.
 */
export function avoidedCalls(lookups: readonly LookupHealth[]): { calls: number; share: number | null } {
  let [calls, needed] = [0, 0]
  for (const { name, hits, misses } of lookups) {
    if (LEADS_ON.has(name)) continue
    calls += hits.process + hits.redis
    needed += misses
  }
  return { calls, share: calls + needed === 0 ? null : calls / (calls + needed) }
}
