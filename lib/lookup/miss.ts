import { joinUnsent } from './batch'
import { bypass } from './bypass'
import { deadline } from './clock'
import type { Context, Outcome } from './context'
import { codeOf, isRefusal, LookupError } from './errors'
import { flightKey, loadUnderLease } from './lease'
import { outranks } from './priority'
import type { Stamp } from './process-state'
import type { Target } from './slot'
import type { AcquireReply, AcquireRequest } from './store'

/**
 * Nothing usable is cached: one process of the fleet loads the value, the others wait for it. `reject` is an entry that
 * this caller cannot use ('' if there is none). Joins an equal call while its acquire has not been sent.
 */
export function handleMiss<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  reject: string,
): Promise<Outcome<T>> {
  const { local, emit } = context
  return joinUnsent(
    local.unsentMisses,
    `${target.mergeKey}|${reject}`,
    (joined) => {
      emit('coalesced')
      return orOnItsOwn(context, target, reject, joined)
    },
    (onSent) => {
      const promise: Promise<Outcome<T>> = acquireOrWait(context, target, reject, onSent, () => promise)
      return promise
    },
  )
}

/** The result of the caller that was joined. If that one was refused for a lower priority, this caller asks by itself. */
export const orOnItsOwn = <A, T>(
  context: Context<A, T>,
  target: Target<A>,
  reject: string,
  joined: Promise<Outcome<T>>,
): Promise<Outcome<T>> =>
  joined.catch(async (error: unknown) => {
    if (!(await outranks(context.engine.runtime, error))) throw error
    const own: Promise<Outcome<T>> = acquireOrWait(
      context,
      target,
      reject,
      () => {},
      () => own,
    )
    return own
  })

async function acquireOrWait<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  reject: string,
  onSent: () => void,
  self: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { engine, declared, local, emit } = context
  const { state, clock, runtime } = engine
  const flight = engine.newId()
  let waitsTooLong = false
  let refusedForAnother = false
  let cancel: (() => void) | undefined
  let stamp: Stamp | undefined
  let waiting = ''
  /** The key by which other callers of this process find this wait. */
  let waitKey = ''
  const stopWaiting = () => local.flights.get(waitKey) === self() && local.flights.delete(waitKey)
  try {
    for (let round = 0; ; round++) {
      const request = { slot: target.slot, flight, waiting, reject, refresh: false, lease: declared.lease }
      const acquire = () =>
        engine.acquires(request, () => {
          onSent()
          stamp = state.stamp(clock.now())
        })
      const reply = await engine.repeatOnce(acquire).catch((failure: unknown) => ({ failure }))
      // The next step may wait for the same flight, and must not join this wait itself.
      stopWaiting()
      const sent = stamp ?? state.stamp(clock.now())
      if ('failure' in reply) {
        void engine.release(target.slot, flight, reply.failure)
        // Other callers may have joined this wait since its last acquire: they may only share a load that begins later.
        return await bypass(context, target, round === 0 ? sent : state.stamp(clock.now()), reply.failure)
      }
      if (reply.kind !== 'wait') {
        try {
          return await handleReply(context, target, request, reply, sent)
        } catch (error) {
          // The load that it has waited for had a lower priority. Once more under a lease, then without one.
          if (reply.kind !== 'fail' || !(await outranks(runtime, error))) throw error
          if (refusedForAnother) return await bypass(context, target, state.stamp(clock.now()), codeOf(error))
          refusedForAnother = true
          waiting = ''
          continue
        }
      }

      // Join only a load of the generation that our own acquire returned: an older one could predate an invalidation
      // that this caller has seen.
      waiting = reply.flight
      waitKey = flightKey(reply)
      const other = local.flights.get(waitKey)
      if (other) {
        emit('coalesced')
        try {
          return await other
        } catch (error) {
          // The other caller may be refused for revocation markers that are not ours, or for its lower priority.
          if (!isRefusal(error) && !(await outranks(runtime, error))) throw error
          continue
        }
      }
      cancel ??= deadline(clock, declared.lease + declared.timeout, () => {
        waitsTooLong = true
      })
      if (waitsTooLong) return await bypass(context, target, state.stamp(clock.now()), 'waited_too_long')
      if (round === 0) emit('waiting')
      local.flights.set(waitKey, self())
      await engine.pause(round)
    }
  } finally {
    cancel?.()
    stopWaiting()
  }
}

async function handleReply<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  { flight, waiting, reject }: AcquireRequest,
  reply: Exclude<AcquireReply, { kind: 'wait' }>,
  stamp: Stamp,
): Promise<Outcome<T>> {
  const { declared, emit, emitHit, fill, open, refuse } = context
  if (reply.kind === 'refused') return refuse()
  if (reply.kind === 'load') {
    if (reply.foreign) emit('corrupt')
    return loadUnderLease(context, target, { flight, reject, generation: reply.generation }, stamp)
  }
  if (reply.kind === 'fail') {
    const kept = reply.entry === null ? undefined : open(target, reply.entry)
    const failed = `Lookup "${declared.name}": the loader failed in another process`
    const error = declared.failure?.decode(reply.code) ?? new LookupError('load_failed', failed, reply.code)
    if (!kept) throw error
    emit('grace')
    return { ...kept, failure: { error } }
  }
  const outcome = open(target, reply.entry)
  if (!outcome) return handleMiss(context, target, reply.entry)
  emitHit('redis', outcome.value === null)
  // A waiter may get an answer that must not be kept.
  if (waiting === '') fill(target, stamp, outcome)
  return outcome
}
