export type LookupCounts = {
  hits: number
  misses: number
  loads: number
  errors: number
  invalidations: number
}

type ProcessState = { counts: Map<string, LookupCounts> }

const holder: typeof globalThis & { [key: symbol]: ProcessState | undefined } = globalThis
const slot = Symbol.for('clerk-cache-kit')

/**
 * What must exist once per process. Next loads this module several times in one process (pages, route handlers,
 * instrumentation), so it lives on globalThis.
 */
function processState(): ProcessState {
  let state = holder[slot]
  if (!state) holder[slot] = state = { counts: new Map() }
  return state
}

/** The counters of one lookup, of this process. */
export function countsOf(name: string): LookupCounts {
  const { counts } = processState()
  let found = counts.get(name)
  if (!found) {
    found = { hits: 0, misses: 0, loads: 0, errors: 0, invalidations: 0 }
    counts.set(name, found)
  }
  return found
}
