import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { type ProcessState, processState } from '../lookup/process-state'

/** What became of one lookup's reads since the process began. */
export type Counts = ReturnType<typeof zero>

const zero = () => ({
  /** Hits by layer. */
  ...{ request: 0, process: 0, redis: 0 },
  ...{ misses: 0, stale: 0, grace: 0, coalesced: 0 },
  /** Hits of the process cache and of Redis, and loads, whose value was null. */
  negative: 0,
  ...{ loads: 0, loadErrors: 0, corrupt: 0, refused: 0, uncached: 0 },
})

const counted: Partial<Record<LookupEvent['type'], keyof Counts>> = {
  ...{ miss: 'misses', stale: 'stale', grace: 'grace', coalesced: 'coalesced', load: 'loads' },
  ...{ load_error: 'loadErrors', corrupt: 'corrupt', refused: 'refused', uncached: 'uncached' },
}

/** Counts the events of a process, by lookup. */
export function createCounts(state: ProcessState) {
  const byLookup = new Map<string, Counts>()
  state.on((event) => {
    const field = event.type === 'hit' ? event.layer : counted[event.type]
    if (field === undefined || !('lookup' in event)) return
    let counts = byLookup.get(event.lookup)
    if (counts === undefined) {
      counts = zero()
      byLookup.set(event.lookup, counts)
    }
    counts[field]++
    if ('negative' in event && event.negative) counts.negative++
  }, 'counts')

  return (): Record<string, Counts> =>
    Object.fromEntries([...byLookup].map(([lookup, counts]) => [lookup, { ...counts }]))
}

/** The counts of this process, which begin with the first call. */
export const lookupCounts = (): Record<string, Counts> =>
  onePerProcess('lookup-counts', () => createCounts(processState()))()
