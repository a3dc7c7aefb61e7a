import type { LookupEvent } from './lookup/events'
import { processState } from './lookup/process-state'
import { onePerProcess } from './one-per-process'

/** What became of one lookup's reads since the process began. */
export interface Counts {
  /** Hits by layer. */
  request: number
  process: number
  redis: number
  misses: number
  stale: number
  grace: number
  coalesced: number
  /** Hits of the process layer and of Redis, and loads, that brought `null`. */
  negative: number
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
  negative: 0,
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

/** Counts derived from the events, by lookup. */
export function createCounts() {
  const byLookup = new Map<string, Counts>()
  return {
    listen(event: LookupEvent) {
      if (!('lookup' in event)) return
      let counts = byLookup.get(event.lookup)
      if (counts === undefined) {
        counts = zero()
        byLookup.set(event.lookup, counts)
      }
      const field = event.type === 'hit' ? event.layer : counted[event.type]
      if (field !== undefined) counts[field]++
      if ('negative' in event && event.negative) counts.negative++
    },
    read: (): Record<string, Counts> => Object.fromEntries(byLookup),
  }
}

/** The counts of this process; whoever asks first starts them. */
export const lookupCounts = () =>
  onePerProcess('lookup-counts', () => {
    const counts = createCounts()
    processState().on(counts.listen, 'counts')
    return counts
  })
