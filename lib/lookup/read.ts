import { joinUnsent } from './batch'
import { bypass } from './bypass'
import { type Context, isRevocable, type Outcome } from './context'
import { handleMiss, orOnItsOwn } from './miss'
import { readInLoader } from './nested'
import { priorityOf } from './priority'
import type { Stamp } from './process-state'
import { refreshLater } from './refresh'
import { keysOf, type Target, validate } from './slot'

/** Reads a value from Redis with one MGET, and loads it if it is not there. Joins an equal read that is not sent yet. */
export function readThrough<A, T>(context: Context<A, T>, target: Target<A>): Promise<Outcome<T>> {
  const { declared, local, emit } = context
  readInLoader(declared.name, target.slot.entry)
  return joinUnsent(
    local.unsentReads,
    target.mergeKey,
    (joined) => {
      emit('coalesced')
      return orOnItsOwn(context, target, '', joined)
    },
    (onSent) => readRedis(context, target, onSent),
  )
}

async function readRedis<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  onSent: () => void,
): Promise<Outcome<T>> {
  const { engine, declared, emit, emitHit, fill, open, refuse, revocationUnknown } = context
  const { state, clock } = engine
  let stamp: Stamp = state.stamp(clock.now())
  const send = () =>
    engine.reads(keysOf(target.slot), () => {
      onSent()
      stamp = state.stamp(clock.now())
    })
  const values = await send().catch((failure: unknown) => ({ failure }))
  if ('failure' in values) {
    if (isRevocable(target)) throw revocationUnknown()
    return bypass(context, target, stamp, values.failure)
  }
  const { revoked, entry, fresh } = validate(target.slot, values)
  if (revoked) refuse()
  const outcome = entry === null ? undefined : open(target, entry)
  if (!outcome) {
    emit('miss')
    if (declared.mayLoad) declared.mayLoad(await priorityOf(engine.runtime))
    return handleMiss(context, target, entry ?? '')
  }
  emitHit('redis', outcome.value === null)
  fill(target, stamp, outcome)
  if (!fresh) refreshLater(context, target)
  return outcome
}

/** What Redis holds of a value; undefined when the next read would load. Never loads. */
export async function peekRedis<A, T>(
  { engine, open, refuse }: Context<A, T>,
  target: Target<A>,
): Promise<Outcome<T> | undefined> {
  const { revoked, entry } = validate(target.slot, await engine.reads(keysOf(target.slot)))
  if (revoked) refuse()
  return entry === null ? undefined : open(target, entry)
}
