import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { type ProcessState, processState } from '../lookup/process-state'

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

/** Counts of a process, by lookup: derived from its events, and from what its process layers counted themselves. */
export function createCounts(state: ProcessState) {
  const byLookup = new Map<string, Counts>()
  function countsOf(lookup: string): Counts {
    const counts = byLookup.get(lookup) ?? zero()
    byLookup.set(lookup, counts)
    return counts
  }

  state.onBesideHits((event) => {
    const field = event.type === 'hit' ? event.layer : counted[event.type]
    if (field === undefined || !('lookup' in event)) return
    const counts = countsOf(event.lookup)
    counts[field]++
    if ('negative' in event && event.negative) counts.negative++
  }, 'counts')

  return (): Record<string, Counts> => {
    const all: Record<string, Counts> = {}
    for (const [lookup, counts] of byLookup) all[lookup] = { ...counts }
    for (const { usage } of state.layers) {
      if (!usage) continue
      const { lookup, hits, negative } = usage()
      const counts = all[lookup] ?? zero()
      counts.process += hits
      counts.negative += negative
      all[lookup] = counts
    }
    return all
  }
}

/** The counts of this process, which begin when somebody first asks for them. */
export const lookupCounts = (): Record<string, Counts> =>
  onePerProcess('lookup-counts', () => createCounts(processState()))()
