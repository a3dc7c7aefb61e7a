import { createBatch, MAX_BYTES } from './batch'
import { deadline, sleep } from './clock'
import type { Shared } from './context'
import { codeOf, isTooLarge, LookupError } from './errors'
import { createLimit } from './limit'
import { outside } from './outside'
import type { Stamp } from './process-state'
import type { Slot } from './slot'
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

  /** By lookup: the size of its entries, by the last ones seen. */
  const sizes = new Map<string, number>()
  /** By lookup of which no entry was seen: how many may be read in one command. Twice as many as were absent in one. */
  const trials = new Map<string, number>()
  const trialOf = (lookup: string) => trials.get(lookup) ?? UNSEEN
  const isUnseen = (lookup: string) => !sizes.has(lookup) && trialOf(lookup) < MOST
  const lookupOf = (entryKey: string) => entryKey.split(':', 3)[2] ?? ''
  function extendTrials(keys: readonly (readonly string[])[]) {
    const absent = new Map<string, number>()
    for (const [entry = ''] of keys) absent.set(lookupOf(entry), (absent.get(lookupOf(entry)) ?? 0) + 1)
    for (const [lookup, count] of absent)
      if (isUnseen(lookup)) trials.set(lookup, Math.max(trialOf(lookup), 2 * count))
  }
  function learn(entryKey: string, entry: string) {
    const lookup = lookupOf(entryKey)
    // Redis answers in base64.
    const bytes = (Buffer.byteLength(entry) * 4) / 3
    const known = sizes.get(lookup) ?? bytes
    // Grows at once and shrinks slowly: an answer that is too large costs more than one MGET too many.
    sizes.set(lookup, Math.max(bytes, known + (bytes - known) / 16))
  }

  const refused = () =>
    Promise.reject(new LookupError('invalidation_unconfirmed', 'Redis may hold an older value: repeat it'))

  const reads = createBatch<readonly string[], (string | null)[]>({
    async send(items) {
      const all = items.flat()
      if (store.healthy() && unconfirmed.has(all)) await unconfirmed.repeat(all).catch(() => {})
      const old = items.map(unconfirmed.has)
      // Also after a failure, so that not every chunk waits for a deadline of its own.
      const values = await store.read(all).finally(() => extendTrials(items))
      let from = 0
      return items.map((keys, i) => {
        const own = values.slice(from, from + keys.length)
        from += keys.length
        if (keys[0] && own[0]) learn(keys[0], own[0])
        return old[i] ? refused() : own
      })
    },
    bytes(keys) {
      const lookup = lookupOf(keys[0] ?? '')
      if (isUnseen(lookup)) return MAX_BYTES / trialOf(lookup)
      return keys.length * KEY_BYTES + (sizes.get(lookup) ?? 0)
    },
    awaited: (items) => items.some(([entry = '']) => isUnseen(lookupOf(entry))),
    ...chunks,
  })
  const acquires = createBatch<AcquireRequest, AcquireReply>({
    // A nonce for each attempt: a repeated old request can never bring a tag version back.
    async send(requests) {
      const old = requests.map(({ slot }) => unconfirmed.has([...slot.tagVersions, ...slot.markers]))
      const replies = await store.acquire(requests, newId())
      // A load that begins now is new.
      return replies.map((reply, i) => (old[i] && reply.kind !== 'load' ? refused() : reply))
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
      // A deadline, because it does not keep the process alive.
      await new Promise<void>((resolve) => deadline(clock, 200 * 3 ** attempt, resolve))
    }
  }

  /** The reply to a request, or its failure, and when it was sent last. */
  async function stamped<R>(
    send: (onSent: () => void) => Promise<R>,
    onSent: () => void = () => {},
  ): Promise<{ sent: Stamp } & ({ reply: R } | { failure: unknown })> {
    let sent = state.stamp(clock.now())
    const reply = send(() => {
      onSent()
      sent = state.stamp(clock.now())
    })
    const answer = await reply.then(
      (reply) => ({ reply }),
      (failure: unknown) => ({ failure }),
    )
    return { ...answer, sent }
  }

  /** Asks for a lease. One that may have been got without an answer is returned. */
  async function acquire(request: AcquireRequest, onSent?: () => void) {
    const answer = await stamped((onSent) => repeatOnce(() => acquires(request, onSent)), onSent)
    if ('failure' in answer) void release(request.slot, request.flight, answer.failure)
    return answer
  }

  return { reads, commits, fails, acquire, stamped, pause, repeatOnce, release }
}
