import { createBatch, MAX_BYTES } from './batch'
import { sleep } from './clock'
import type { Shared } from './context'
import { codeOf, isTooLarge, LookupError } from './errors'
import { createLimit } from './limit'
import { outside } from './outside'
import type { Stamp } from './process-state'
import { lookupOf } from './slot'
import type { AcquireReply, AcquireRequest, CommitReply, CommitRequest, FailRequest } from './store'
import type { createUnconfirmed } from './unconfirmed'

/** What each Redis key of a read counts as, in bytes, so that no MGET has more than 4000. */
const KEY_BYTES = 1000
/** Most reads, acquires or commits of one command. */
const MOST = 500
/** How many entries of a lookup are read in one command before this process has seen one: as many as Clerk loads at once. */
const UNSEEN = 100
/** Why Redis fails again when the same is repeated at once. */
const FINAL = ['refused', 'too_large', 'unauthorized', 'breaker_open']

/** Bytes of a text on the wire, where it is JSON in UTF-8. */
const wireBytes = (text: string) => Buffer.byteLength(JSON.stringify(text))

const reasonOf = (error: unknown) => (error instanceof LookupError ? error.reason : undefined)

interface RequestOptions extends Shared {
  connections: number
  unconfirmed: ReturnType<typeof createUnconfirmed>
}

/** Store operations, merged over all lookups of the process. */
export function createRequests(options: RequestOptions) {
  const { store, clock, state, namespace, random, newId, connections, unconfirmed } = options
  const chunks = {
    max: MOST,
    splitOn: isTooLarge,
    limit: state.share(`connections:${namespace}`, () => createLimit(connections)),
  }

  /** By lookup: the bytes of its entries, by the last ones seen. A guess until then, or until many were absent. */
  const sizes = new Map<string, { bytes: number; guessed: boolean }>()
  const sizeOf = (lookup: string) => sizes.get(lookup) ?? { bytes: MAX_BYTES / UNSEEN, guessed: true }
  /** Of a lookup whose entries were absent so far, twice as many may be read in one command the next time. */
  function guess(keys: readonly (readonly string[])[]) {
    const asked = new Map<string, number>()
    for (const [entry = ''] of keys) asked.set(lookupOf(entry), (asked.get(lookupOf(entry)) ?? 0) + 1)
    for (const [lookup, count] of asked) {
      const { bytes, guessed } = sizeOf(lookup)
      const next = Math.min(bytes, MAX_BYTES / (2 * count))
      const goesOn = next > MAX_BYTES / MOST
      if (guessed) sizes.set(lookup, { bytes: goesOn ? next : 0, guessed: goesOn })
    }
  }
  function learn(entryKey: string, entry: string) {
    // Upstash's REST API answers in base64. Over TCP it is less.
    const bytes = (Buffer.byteLength(entry) * 4) / 3
    const known = sizes.get(lookupOf(entryKey))
    const before = known && !known.guessed ? known.bytes : bytes
    // Grows at once and shrinks slowly: an answer that is too large costs more than one MGET too many.
    sizes.set(lookupOf(entryKey), { bytes: Math.max(bytes, before + (bytes - before) / 16), guessed: false })
  }

  const rejectOld = () =>
    Promise.reject(new LookupError('invalidation_unconfirmed', 'Redis may hold an older value: repeat it'))

  const reads = createBatch<readonly string[], (string | null)[]>({
    async send(items) {
      const all = items.flat()
      if (store.healthy() && unconfirmed.has(all)) await unconfirmed.repeat(all)
      const mayBeOld = items.map(unconfirmed.has)
      // Also after a failure, so that not every chunk waits for a deadline of its own.
      const values = await store.read(all).finally(() => guess(items))
      let from = 0
      return items.map((keys, i) => {
        const own = values.slice(from, from + keys.length)
        from += keys.length
        if (keys[0] && own[0]) learn(keys[0], own[0])
        return mayBeOld[i] ? rejectOld() : own
      })
    },
    bytes(keys) {
      const { bytes, guessed } = sizeOf(lookupOf(keys[0] ?? ''))
      return guessed ? bytes : keys.length * KEY_BYTES + bytes
    },
    awaited: (items) => items.some(([entry = '']) => sizeOf(lookupOf(entry)).guessed),
    ...chunks,
  })
  const acquires = createBatch<AcquireRequest, AcquireReply>({
    // A nonce for each attempt: a repeated old request can never bring a tag version back.
    async send(requests) {
      const mayBeOld = requests.map(({ slot }) => unconfirmed.has([...slot.tagVersions, ...slot.markers]))
      const replies = await store.acquire(requests, newId())
      // A load that begins now is new.
      return replies.map((reply, i) => (mayBeOld[i] && reply.kind !== 'load' ? rejectOld() : reply))
    },
    bytes: ({ reject }) => wireBytes(reject),
    ...chunks,
  })
  const commits = createBatch<CommitRequest, CommitReply>({
    send(requests) {
      for (const { slot, entry } of requests) learn(slot.entry, entry)
      return store.commit(requests)
    },
    bytes: ({ entry }) => wireBytes(entry),
    ...chunks,
  })
  const fails = createBatch<FailRequest, string | null>({ send: store.fail, ...chunks })

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

  /** Repeats once what is safe to repeat and may succeed, unless the breaker has opened. */
  const repeatOnce = <R>(work: () => Promise<R>): Promise<R> =>
    work().catch((error) => {
      const final = FINAL.includes(reasonOf(error) ?? '')
      if (codeOf(error) !== 'store_unavailable' || final || !store.healthy()) throw error
      return work()
    })

  /** The reply to a request, or its failure, and when it was sent last. */
  async function stamped<R>(
    send: (onSent: () => void) => Promise<R>,
    onSent: () => void = () => {},
  ): Promise<{ sent: Stamp; answer: { reply: R } | { failure: unknown } }> {
    let sent = state.stamp(clock.now())
    const reply = send(() => {
      onSent()
      sent = state.stamp(clock.now())
    })
    const answer = await reply.then(
      (reply) => ({ reply }),
      (failure: unknown) => ({ failure }),
    )
    return { sent, answer }
  }

  return { reads, acquires, commits, fails, pause, repeatOnce, stamped }
}
