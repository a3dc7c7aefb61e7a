import { createListeners, type LookupEvent } from './events'
import { onePer, onePerProcess } from './one-per-process'

/** When a request was sent. The process may keep the answer if its tags are not invalidated after that. */
export interface Stamp {
  /** Compares with other stamps without a clock. */
  sequence: number
  /** Milliseconds of the engine's clock. */
  at: number
  /** The backplane's epoch. */
  epoch: number
}

interface Layer {
  /** Drops the values with this tag; in a request memo, only those of the request that invalidated. */
  drop(tag: string, request?: object): void
  clear(): void
  /** Only process caches have it: what they hold. */
  usage?(): { lookup: string; entries: number; bytes: number }
}

/** Announces invalidations to other processes, and receives theirs. */
export interface Backplane {
  /** Changes whenever the stream is lost and established again; 0 while it is not proven to be alive. */
  epoch(): number
  /** Informs the other processes; throws when that was not confirmed. */
  announce(tags: readonly string[]): Promise<void>
}

/** This many invalidated tags are remembered one by one; older ones count as "any tag may be invalid". */
const MAX_REMEMBERED = 10_000

/** What must exist once per process, or once per simulated process. */
export function createProcessState() {
  const shared = new Map<string, unknown>()
  const events = createListeners<LookupEvent>()
  const layers = new Set<Layer>()
  /** The sequence number of each tag's last invalidation in this process, oldest first. */
  const invalidated = new Map<string, number>()
  let invalidatedBefore = 0
  let backplane: Backplane | undefined
  let sequence = 0

  function remember(tag: string) {
    invalidated.delete(tag)
    invalidated.set(tag, ++sequence)
    const [oldest] = invalidated
    if (invalidated.size <= MAX_REMEMBERED || !oldest) return
    invalidatedBefore = oldest[1]
    invalidated.delete(oldest[0])
  }

  /** 1 without a backplane; with one, its epoch. */
  const epoch = () => backplane?.epoch() ?? 1

  return {
    layers,
    epoch,
    on: events.on,
    emit: events.emit,

    /** Like `onePerProcess`, for this state: what the copies of a module share. */
    share<T>(name: string, create: () => T): T {
      return onePer(shared, name, create)
    },

    stamp: (now: number): Stamp => ({ sequence: ++sequence, at: now, epoch: epoch() }),

    /** Whether none of the tags was invalidated in this process since the stamp. */
    isCurrent: ({ sequence: since }: Stamp, tags: readonly string[]) =>
      since > invalidatedBefore && tags.every((tag) => (invalidated.get(tag) ?? 0) < since),

    /** Drops values with these tags, and prevents requests sent earlier from filling the process cache. */
    drop(tags: readonly string[], request?: object) {
      for (const tag of tags) {
        remember(tag)
        for (const layer of layers) layer.drop(tag, request)
      }
    },

    get backplane() {
      return backplane
    },
    connect(other: Backplane | undefined) {
      backplane = other
    },
  }
}

export type ProcessState = ReturnType<typeof createProcessState>

/** The state of this process. */
export const processState = (): ProcessState => onePerProcess('lookups', createProcessState)
