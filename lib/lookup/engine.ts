import { randomBytes } from 'node:crypto'
import { createBatch } from './batch'
import { type Clock, sleep, systemClock } from './clock'
import { codeOf, LookupError } from './errors'
import { markerKey, type Slot, tagVersionKey } from './keys'
import { createLimit } from './load'
import { outside } from './outside'
import type { ProcessCacheOptions } from './process-cache'
import { type ProcessState, processState } from './process-state'
import type { Host } from './runtime/runtime'
import type { AcquireReply, AcquireRequest, CommitReply, CommitRequest, FailRequest, Store } from './store'

export interface EngineOptions {
  store: Store
  host: Host
  /** First part of every key: two apps on one database need two. */
  namespace: string
  clock?: Clock
  /** 0 ≤ n < 1, for jitter. */
  random?: () => number
  /** Ids that never repeat in the fleet. */
  newId?: () => string
  /** The process's shared state; tests simulate several processes with several. */
  state?: ProcessState
  /** Most loader calls at a time in this process; 50 unless told. */
  concurrency?: number
  /** Most requests to Redis at a time for reads and loads in this process; 8 unless told. */
  connections?: number
  processCache?: ProcessCacheOptions
}

/** Most keys and bytes of one command. */
const maxKeys = 500
const maxBytes = 4_000_000

export type Engine = ReturnType<typeof createEngine>

/** What all lookups share: merged store operations, waiting, invalidation. */
export function createEngine(options: EngineOptions) {
  const {
    store,
    host,
    namespace,
    clock = systemClock,
    random = Math.random,
    state = processState(),
  } = options
  const {
    newId = () => randomBytes(12).toString('base64url'),
    concurrency = 50,
    connections = 8,
    processCache = {},
  } = options
  const limit = state.share(`limit:${namespace}`, () => createLimit(concurrency))

  const turn = state.share(`turn:${namespace}`, () => createLimit(connections))

  const reads = createBatch<readonly string[], (string | null)[]>({
    async send(items) {
      const texts = await store.read(items.flat())
      let from = 0
      return items.map((keys) => {
        from += keys.length
        return texts.slice(from - keys.length, from)
      })
    },
    ...{ max: maxKeys, outside, limit: turn },
  })
  const acquires = createBatch<AcquireRequest, AcquireReply>({
    // A nonce for each attempt: a repeated old request can never bring a fence back.
    send: (requests) => store.acquire(requests, newId()),
    bytes: (request) => request.reject.length,
    ...{ max: maxKeys, maxBytes, outside, limit: turn },
  })
  const commits = createBatch<CommitRequest, CommitReply>({
    send: store.commit,
    bytes: (request) => request.entry.length,
    ...{ max: maxKeys, maxBytes, outside, limit: turn },
  })
  const fails = createBatch<FailRequest, string | null>({
    send: store.fail,
    max: maxKeys,
    outside,
    limit: turn,
  })

  // Waits of one length end together, so that all keys waited for are asked about in one command.
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

  /** Gives back a lease that nobody will use, so that the fleet need not wait until it expires. */
  async function release(slot: Slot, flight: string, error: unknown) {
    // What was refused was not executed.
    if (codeOf(error) !== 'store_unavailable') return
    for (let attempt = 0; attempt < 4; attempt++) {
      const told = fails({ slot, flight, generation: '', code: '', cooldown: 0 })
      if (
        await told.then(
          () => true,
          () => false,
        )
      )
        return
      await sleep(clock, 200 * 3 ** attempt)
    }
  }

  /** Tries a few times; the outcome of a failure is unknown, and repeating is safe. */
  async function confirm(what: string, work: () => Promise<unknown>) {
    for (let attempt = 0; ; attempt++) {
      try {
        await work()
        return
      } catch {
        if (attempt === 2)
          throw new LookupError('invalidation_unconfirmed', `Redis did not confirm that ${what}: repeat it`)
        await sleep(clock, 50 * 3 ** attempt * (1 + random()))
      }
    }
  }

  async function invalidate(tags: readonly string[], also: () => Promise<unknown> = async () => {}) {
    let confirmed = false
    try {
      await confirm(`[${tags.join(', ')}] is invalid`, () =>
        Promise.all([
          tags.length > 0 && store.drop(tags.map((tag) => tagVersionKey(namespace, tag))),
          also(),
        ]),
      )
      // After the fences: whoever hears of it must find them gone.
      if (tags.length > 0)
        await confirm('other processes heard of it', async () => state.backplane?.announce(tags))
      confirmed = true
    } finally {
      // At once, and whatever the host says: its own request's memo comes after.
      state.drop(tags)
      state.drop(tags, await host.invalidated(tags).catch(() => undefined))
      state.emit({ type: 'invalidate', tags, confirmed })
    }
  }

  /** Refuses everything that the guard guards, for so many seconds; drops tags in the same step. */
  const revoke = (guard: string, options: { seconds: number; tags?: readonly string[] }) =>
    invalidate(options.tags ?? [], () => store.guard(markerKey(namespace, guard), options.seconds * 1000))

  return {
    ...{ store, host, namespace, clock, random, newId, state, limit, processCache },
    ...{ reads, acquires, commits, fails, pause, release, invalidate, revoke },
  }
}
