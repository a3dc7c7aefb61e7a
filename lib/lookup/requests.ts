import { createBatch } from './batch'
import { type Clock, sleep } from './clock'
import { codeOf } from './errors'
import { createLimit } from './limit'
import { outside } from './outside'
import type { ProcessState } from './process-state'
import type { Slot } from './slot'
import type { AcquireReply, AcquireRequest, CommitReply, CommitRequest, FailRequest, Store } from './store'

/** Most reads, acquires or commits of one command, and most bytes. */
const max = 500
const maxBytes = 4_000_000

interface RequestOptions {
  store: Store
  clock: Clock
  state: ProcessState
  namespace: string
  random: () => number
  newId: () => string
  connections: number
}

/** Store operations, merged over all lookups of the process. */
export function createRequests(options: RequestOptions) {
  const { store, clock, state, namespace, random, newId, connections } = options
  const limit = state.share(`connections:${namespace}`, () => createLimit(connections))

  const reads = createBatch<readonly string[], (string | null)[]>({
    async send(items) {
      const values = await store.read(items.flat())
      let from = 0
      return items.map((keys) => {
        from += keys.length
        return values.slice(from - keys.length, from)
      })
    },
    ...{ max, limit },
  })
  const acquires = createBatch<AcquireRequest, AcquireReply>({
    // A nonce for each attempt: a repeated old request can never bring a tag version back.
    send: (requests) => store.acquire(requests, newId()),
    bytes: (request) => request.reject.length,
    ...{ max, maxBytes, limit },
  })
  const commits = createBatch<CommitRequest, CommitReply>({
    send: store.commit,
    bytes: (request) => request.entry.length,
    ...{ max, maxBytes, limit },
  })
  const fails = createBatch<FailRequest, string | null>({ send: store.fail, max, limit })

  // Pauses of one length end together, so that one command covers all awaited keys.
  const pauses = new Map<number, Promise<void>>()
  function pause(attempt: number): Promise<void> {
    const step = Math.min(attempt, 4)
    const known = pauses.get(step)
    if (known) return known
    const wait = outside(() => sleep(clock, 25 * 2 ** step * (1 + 0.5 * random()))).then(() => {
      pauses.delete(step)
    })
    pauses.set(step, wait)
    return wait
  }

  /** Repeats once what is safe to repeat, unless the breaker has opened. */
  const repeatOnce = <R>(work: () => Promise<R>): Promise<R> =>
    work().catch((error) => {
      if (codeOf(error) !== 'store_unavailable' || !store.healthy()) throw error
      return work()
    })

  /** Returns a lease that this process will not use, so that the fleet does not wait until it expires. */
  async function release(slot: Slot, flight: string, error: unknown) {
    // A refused request was not executed.
    if (codeOf(error) !== 'store_unavailable') return
    for (let attempt = 0; attempt < 4; attempt++) {
      const released = fails({ slot, flight, generation: '', code: '', cooldown: 0 }).then(
        () => true,
        () => false,
      )
      if (await released) return
      await sleep(clock, 200 * 3 ** attempt)
    }
  }

  return { reads, acquires, commits, fails, pause, repeatOnce, release }
}
