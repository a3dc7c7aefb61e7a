import type { Asked } from './facts'
import type { Time } from './time'

/** One load of one key, as the upstream saw it. Its number is also the moment at which it began. */
export interface Load {
  number: number
  /** The number of the load that was split into this one and others; otherwise its own. */
  root: number
  proc: number
  lookup: Asked
  key: string
  entryKey: string
  startedAt: number
  /** The lease under which it runs; undefined for a bypass. */
  grant: Grant | undefined
  state: 'running' | 'ok' | 'failed' | 'split'
  /** The last moment at which a read could still join it: its end, or the end of its commit. */
  doneAt: number
  /** What reads must return; null for "not found". */
  expected: string | null
  expiresAt: number | null
  /** All loads of one split call: none of them is over before all are. */
  family: Family | undefined
  stored: { at: number; hard: number; grace: number } | undefined
}

export interface Family {
  members: Load[]
  pending: Set<Load>
}

/** A lease as the store gave it. */
export interface Grant {
  flight: string
}

export type Chronicle = ReturnType<typeof createChronicle>

/** What all parts of the checker share: the order of everything that happens, and the violations. */
export function createChronicle(time: Time, log?: (line: string) => void) {
  let moment = 0
  const violations: string[] = []
  const loads = new Map<number, Load>()
  return {
    time,
    loads,
    violations,
    /** The next moment: moments order what happens, whatever the clocks say. */
    tick: () => ++moment,
    violate: (what: string) => {
      violations.push(what)
      log?.(`VIOLATION ${what}`)
    },
    note: (line: () => string) => log?.(`${time.now() % 1_000_000} ${line()}`),
    lastLoad(matches: (load: Load) => boolean): Load | undefined {
      let last: Load | undefined
      for (const load of loads.values()) if (matches(load)) last = load
      return last
    },
  }
}
