import { deadline } from './clock'
import { type Engine, isRevocable, type Outcome, type Read } from './context'
import { codeOf, isOutage, isTooLarge } from './errors'
import { loadValue } from './load'
import type { Stamp } from './process-state'
import { ownerKey, type Slot } from './slot'
import type { AcquireRequest } from './store'

/*
 * A load, each step called by the one above it:
 *   loadUnderLease    other callers of this process can join it
 *   loadAndCommit     then `commit`, or `fail`
 *   loadForCommit     also says how long the value lives, and whose it is
 *   loadValue         load.ts: through the codec, with events
 *   createLoader      load.ts: batches, the time limit, a place in the concurrency limit; calls `load` or `loadMany`
 */

/** A lease that this process holds: its flight, and the generation at that time. */
export interface Lease {
  flight: string
  generation: string
  /** An entry that the caller who began the load cannot use, even in grace. */
  reject?: string
}

export const flightKey = ({ flight, generation }: Lease) => `${flight}|${generation}`

/** Asks for a lease for a new flight. One that may have been got without an answer is returned. */
export async function acquireLease<A, T>(
  { slot, lookup: { engine, declared } }: Read<A, T>,
  { waiting = '', reject = '', refresh = false }: Partial<AcquireRequest>,
  onSent?: () => void,
) {
  const flight = engine.newId()
  const request = { slot, flight, waiting, reject, refresh, lease: declared.lease }
  const send = (onSent: () => void) => engine.repeatOnce(() => engine.acquires(request, onSent))
  const asked = await engine.stamped(send, onSent)
  if ('failure' in asked.answer) void release(engine, slot, flight, asked.answer.failure)
  return { ...asked, flight }
}

/** Returns a lease that this process will not use, so that the fleet does not wait until it expires. */
async function release({ clock, fails }: Engine, slot: Slot, flight: string, error: unknown) {
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

/** Loads a value under a lease and stores it. Other callers in this process find the load by its flight. */
export function loadUnderLease<A, T>(read: Read<A, T>, lease: Lease, sent: Stamp): Promise<Outcome<T>> {
  const { flights } = read.lookup.local
  const key = flightKey(lease)
  const load = loadAndCommit(read, lease, sent).finally(() => flights.delete(key))
  flights.set(key, load)
  return load
}

async function loadAndCommit<A, T>(read: Read<A, T>, lease: Lease, sent: Stamp): Promise<Outcome<T>> {
  const loaded = await loadForCommit(read, lease).catch((error: unknown) => fail(read, lease, error))
  return 'storing' in loaded ? commit(read, lease, sent, loaded) : loaded
}

async function loadForCommit<A, T>(read: Read<A, T>, lease: Lease) {
  const { engine, declared } = read.lookup
  const outcome = await loadValue(read, lease)
  const owner = declared.owner?.(read.arg, outcome.value)
  const storing = { ...declared.lifetimes(outcome.value), owner: owner && ownerKey(engine.namespace, owner) }
  return { outcome, storing }
}

/** Marks the load as failed for waiters in other processes; returns a value in grace if there is one. */
async function fail<A, T>(
  read: Read<A, T>,
  { flight, generation, reject }: Lease,
  error: unknown,
): Promise<Outcome<T>> {
  const { engine, declared, open, emit } = read.lookup
  const { slot } = read
  const code = declared.failure?.encode(error) || codeOf(error)
  const cooldown = Math.max(declared.refreshEvery, 1000)
  const entry = await engine
    .repeatOnce(() => engine.fails({ slot, flight, generation, code, cooldown }))
    .catch((unmarked: unknown) => {
      void release(engine, slot, flight, unmarked)
      return null
    })
  const kept = entry === null || entry === reject ? undefined : open(read, entry)
  if (!kept) throw error
  emit('grace')
  return { ...kept, failure: { error } }
}

/** Stores a value. Its callers get it even if it could not be stored, unless access was revoked. */
async function commit<A, T>(
  read: Read<A, T>,
  { flight, generation }: Lease,
  sent: Stamp,
  { outcome, storing }: Awaited<ReturnType<typeof loadForCommit<A, T>>>,
): Promise<Outcome<T>> {
  const { engine, declared, fill, refuse, revocationUnknown } = read.lookup
  const { slot } = read
  const { name, expiryBuffer, refreshBefore, refreshEvery } = declared
  // Jitter only shortens TTLs.
  const jitter = 1 - 0.1 * engine.random()
  const request = {
    ...{ slot, flight, generation, entry: outcome.entry, ...storing, expiryBuffer, refreshEvery },
    hard: Math.floor(storing.hard * jitter),
    soft: Math.floor(storing.soft * jitter),
    refreshBefore: Math.floor(refreshBefore * (1 + 0.1 * engine.random())),
  }
  const reply = await engine
    .repeatOnce(() => engine.commits(request))
    .catch((error: unknown) => {
      void release(engine, slot, flight, error)
      if (isRevocable(read) && isOutage(error)) throw revocationUnknown()
      return isTooLarge(error) ? ('too_large' as const) : ('unknown' as const)
    })
  if (reply === 'refused') return refuse()
  engine.state.emit({ type: 'commit', lookup: name, outcome: reply })
  if (reply === 'stored') fill(read, sent, outcome)
  return outcome
}
