import { bypass } from './bypass'
import { isRevocable, type Outcome, type Read } from './context'
import { handleMiss, orAgain } from './miss'
import { readInLoader } from './nested'
import { priorityOf } from './priority'
import { refreshLater } from './refresh'
import { keysOf, validate } from './slot'

/** Reads a value from Redis with one MGET, and loads it if it is not there. */
export function readThrough<A, T>(read: Read<A, T>): Promise<Outcome<T>> {
  const { declared, join } = read.lookup
  readInLoader(declared.name, read.slot.entry)
  return orAgain(read, () => join(read.mergeKey, (onSent) => readRedis(read, onSent)))
}

async function readRedis<A, T>(read: Read<A, T>, onSent: () => void): Promise<Outcome<T>> {
  const { engine, declared, emit, emitHit, fill, open, refuse, revocationUnknown } = read.lookup
  const send = (sending: () => void) => engine.reads(keysOf(read.slot), sending)
  const { sent, answer } = await engine.stamped(send, onSent)
  if ('failure' in answer) {
    if (isRevocable(read)) throw revocationUnknown()
    return bypass(read, sent, answer.failure)
  }
  const { revoked, entry, refreshDue } = validate(read.slot, answer.reply)
  if (revoked) refuse()
  const outcome = entry === null ? undefined : open(read, entry)
  if (!outcome) {
    emit('miss')
    if (declared.mayLoad) declared.mayLoad(await priorityOf(engine.runtime))
    return handleMiss(read, entry ?? '')
  }
  emitHit('redis', outcome.value === null)
  fill(read, sent, outcome)
  if (refreshDue) refreshLater(read)
  return outcome
}

/** What Redis holds of a value; undefined when the next read would load. Never loads. */
export async function peekRedis<A, T>(read: Read<A, T>): Promise<Outcome<T> | undefined> {
  const { engine, open, refuse } = read.lookup
  const { revoked, entry } = validate(read.slot, await engine.reads(keysOf(read.slot)))
  if (revoked) refuse()
  return entry === null ? undefined : open(read, entry)
}
