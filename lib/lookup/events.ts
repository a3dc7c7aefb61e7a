type Layer = 'request' | 'process' | 'redis'

/** Everything that happens. `code` is short and safe to log; no event carries a value or a key. */
export type LookupEvent =
  | { type: 'hit'; lookup: string; layer: Layer }
  | { type: 'miss'; lookup: string }
  /** Served past its soft expiry; a refresh in the background was asked for. */
  | { type: 'stale'; lookup: string }
  /** Served past its hard expiry because the loader failed. */
  | { type: 'grace'; lookup: string }
  /** Shares a read, a load or a wait of another caller in this process. */
  | { type: 'coalesced'; lookup: string }
  /** Waits for a load of another process. */
  | { type: 'waiting'; lookup: string }
  | { type: 'load'; lookup: string; ms: number }
  | { type: 'load_error'; lookup: string; code: string; ms: number }
  /** What became of a loaded value; `stored` is the usual. */
  | { type: 'commit'; lookup: string; outcome: 'stored' | 'unstored' | 'lost' | 'condemned' | 'unknown' }
  /** An entry that was truncated, foreign, of another type or under another key: a miss, overwritten. */
  | { type: 'corrupt'; lookup: string }
  /** Refused because of a guard. */
  | { type: 'refused'; lookup: string }
  /** Loaded past Redis, because Redis did not answer or the wait was too long. */
  | { type: 'uncached'; lookup: string; code: string }
  | { type: 'invalidate'; tags: readonly string[]; confirmed: boolean }
  | { type: 'store_error'; operation: string; code: string }
  | { type: 'breaker'; open: boolean }
  | { type: 'backplane'; alive: boolean }
  /** One HTTP attempt at an upstream, told by whoever made it. */
  | { type: 'upstream'; service: string; operation: string; status: number; ms: number }
  /** One webhook, told by whoever received it; `event` is "unknown" unless its signature was good. */
  | { type: 'delivery'; event: string; outcome: string; ms: number }

export type Listener = (event: LookupEvent) => void

/** What `stats()` tells of one lookup since the process began. */
export interface Counts {
  request: number
  process: number
  redis: number
  misses: number
  stale: number
  grace: number
  coalesced: number
  loads: number
  loadErrors: number
  corrupt: number
  refused: number
  uncached: number
}

const zero = (): Counts => ({
  request: 0,
  process: 0,
  redis: 0,
  misses: 0,
  stale: 0,
  grace: 0,
  coalesced: 0,
  loads: 0,
  loadErrors: 0,
  corrupt: 0,
  refused: 0,
  uncached: 0,
})

const counted: Partial<Record<LookupEvent['type'], keyof Counts>> = {
  miss: 'misses',
  stale: 'stale',
  grace: 'grace',
  coalesced: 'coalesced',
  load: 'loads',
  load_error: 'loadErrors',
  corrupt: 'corrupt',
  refused: 'refused',
  uncached: 'uncached',
}

/** Counters derived from the events, by lookup. */
export function createCounters() {
  const byLookup = new Map<string, Counts>()
  function listen(event: LookupEvent) {
    if (!('lookup' in event)) return
    let counts = byLookup.get(event.lookup)
    if (counts === undefined) {
      counts = zero()
      byLookup.set(event.lookup, counts)
    }
    const field = event.type === 'hit' ? event.layer : counted[event.type]
    if (field !== undefined) counts[field]++
  }
  return { listen, read: (): Record<string, Counts> => Object.fromEntries(byLookup) }
}
