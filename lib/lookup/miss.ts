import { bypass } from './bypass'
import type { Outcome, Read } from './context'
import { isRefusal, LookupError } from './errors'
import { acquireLease, flightKey, loadUnderLease } from './lease'
import { outranks, priorityOf } from './priority'
import type { AcquireReply } from './store'

/**
 * Of a caller that waits for a load of another process: which flight ('' to share nothing of it),
 * since when, and how often it has asked.
 */
interface Wait {
  flight: string
  since: number
  round: number
}

/**
 * Nothing usable is cached: one process of the fleet loads the value, the others wait for it. `reject` is an entry that
 * this caller cannot use ('' if there is none).
 */
export const handleMiss = <A, T>(read: Read<A, T>, reject: string): Promise<Outcome<T>> =>
  read.lookup.join(`${read.mergeKey}|${reject}`, (onSent) => acquire(read, reject, onSent))

/**
 * Callers of every priority share their loads. One that was refused for the lower priority of another asks again by
 * itself, in the end past Redis.
 */
export function orAgain<A, T>(
  read: Read<A, T>,
  work: () => Promise<Outcome<T>>,
  last = false,
): Promise<Outcome<T>> {
  const { runtime, state, clock } = read.lookup.engine
  return work().catch(async (error: unknown) => {
    if (!(await outranks(runtime, error))) throw error
    if (!last) return orAgain(read, work, true)
    return bypass(read, state.stamp(clock.now()), error, ` ${await priorityOf(runtime)}`)
  })
}

async function acquire<A, T>(
  read: Read<A, T>,
  reject: string,
  onSent?: () => void,
  wait?: Wait,
): Promise<Outcome<T>> {
  const { engine, declared, emit, emitHit, fill, open, refuse } = read.lookup
  const { state, clock } = engine
  const request = { waiting: wait?.flight ?? '', reject }
  const { flight, sent, answer } = await acquireLease(read, request, onSent)
  // Others may have joined this wait since its last acquire: they may only share a load that begins later.
  if ('failure' in answer) return bypass(read, wait ? state.stamp(clock.now()) : sent, answer.failure)
  const { reply } = answer
  if (reply.kind === 'refused') return refuse()
  if (reply.kind === 'wait') return joinOrWait(read, reject, reply, wait)
  if (reply.kind === 'load') {
    if (reply.foreign) emit('corrupt')
    return loadUnderLease(read, { flight, reject, generation: reply.generation }, sent)
  }
  const outcome = reply.entry === null ? undefined : open(read, reply.entry)
  if (reply.kind === 'fail') {
    const failed = `Lookup "${declared.name}": the loader failed in another process`
    const error = declared.failure?.decode(reply.code) ?? new LookupError('load_failed', failed, reply.code)
    if (!outcome) throw error
    emit('grace')
    return { ...outcome, failure: { error } }
  }
  if (!outcome) return acquire(read, reply.entry, undefined, wait && { ...wait, flight: '' })
  emitHit('redis', outcome.value === null)
  // A waiter may get an answer that must not be kept.
  if (!wait) fill(read, sent, outcome)
  return outcome
}

function joinOrWait<A, T>(
  read: Read<A, T>,
  reject: string,
  reply: AcquireReply & { kind: 'wait' },
  wait: Wait | undefined,
): Promise<Outcome<T>> {
  const { engine, declared, emit, local } = read.lookup
  const { flights, waits } = local
  const { state, clock } = engine
  const { since = clock.now(), round = 0 } = wait ?? {}
  const again = () => acquire(read, reject, undefined, { flight: reply.flight, since, round: round + 1 })
  // Only one of the generation that our own acquire returned: an older one could predate an invalidation that this
  // caller has seen. And no younger wait, which could wait for longer.
  const key = flightKey(reply)
  const other = flights.get(key) ?? (wait ? undefined : waits.get(key))
  if (other) {
    emit('coalesced')
    return other.catch((error: unknown) => {
      // Perhaps for revocation markers that are not ours.
      if (isRefusal(error)) return again()
      throw error
    })
  }
  if (clock.now() - since > declared.lease + declared.timeout)
    return bypass(read, state.stamp(clock.now()), 'waited_too_long')
  if (!wait) emit('waiting')
  const waited = engine
    .pause(round)
    .then(again)
    .finally(() => waits.get(key) === waited && waits.delete(key))
  waits.set(key, waited)
  return waited
}
