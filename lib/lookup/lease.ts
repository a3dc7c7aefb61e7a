import { type Context, isRevocable, type Outcome } from './context'
import { codeOf, isOutage, isTooLarge } from './errors'
import { loadValue } from './load'
import type { Priority } from './priority'
import type { Stamp } from './process-state'
import { ownerKey, type Target } from './slot'
import type { CommitRequest } from './store'

/** A lease that this process holds: its flight, and the generation at that time. */
export interface Lease {
  flight: string
  generation: string
  /** An entry that the caller who began the load cannot use, even in grace. */
  reject?: string
  /** Default: the caller's. */
  priority?: Priority | Promise<Priority>
}

type Storing = Pick<CommitRequest, 'hard' | 'soft' | 'grace' | 'expiry' | 'owner'>

export const flightKey = ({ flight, generation }: Lease) => `${flight}|${generation}`

/** Loads a value under a lease and stores it. Other callers in this process find the load by its flight. */
export function loadUnderLease<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  lease: Lease,
  stamp: Stamp,
): Promise<Outcome<T>> {
  const { flights } = context.local
  const key = flightKey(lease)
  const promise = loadAndCommit(context, target, lease, stamp).finally(() => flights.delete(key))
  flights.set(key, promise)
  return promise
}

async function loadAndCommit<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  lease: Lease,
  stamp: Stamp,
): Promise<Outcome<T>> {
  const { declared, engine } = context
  let outcome: Outcome<T>
  let storing: Storing
  try {
    outcome = await loadValue(context, target, lease)
    const owner = declared.owner?.(target.arg, outcome.value)
    storing = { ...declared.lifetimes(outcome.value), owner: owner && ownerKey(engine.namespace, owner) }
  } catch (error) {
    const kept = await markFailed(context, target, lease, error)
    if (!kept) throw error
    return kept
  }
  return commit(context, target, lease, stamp, outcome, storing)
}

/** Marks the load as failed for waiters in other processes; returns a value in grace if there is one. */
async function markFailed<A, T>(
  { engine, declared, open, emit }: Context<A, T>,
  target: Target<A>,
  lease: Lease,
  error: unknown,
): Promise<Outcome<T> | undefined> {
  const { slot } = target
  const code = declared.failure?.encode(error) || codeOf(error)
  const cooldown = Math.max(declared.refreshEvery, 1000)
  const entry = await engine
    .repeatOnce(() =>
      engine.fails({ slot, flight: lease.flight, generation: lease.generation, code, cooldown }),
    )
    .catch((unmarked: unknown) => {
      void engine.release(slot, lease.flight, unmarked)
      return null
    })
  const kept = entry === null || entry === lease.reject ? undefined : open(target, entry)
  if (!kept) return undefined
  emit('grace')
  return { ...kept, failure: { error } }
}

/** Stores a value. Its callers get it even if it could not be stored, unless access was revoked. */
async function commit<A, T>(
  { engine, declared, fill, refuse, revocationUnknown }: Context<A, T>,
  target: Target<A>,
  lease: Lease,
  stamp: Stamp,
  outcome: Outcome<T>,
  storing: Storing,
): Promise<Outcome<T>> {
  const { slot } = target
  const { name, expiryBuffer, refreshBefore, refreshEvery } = declared
  // Jitter only shortens TTLs.
  const jitter = 1 - 0.1 * engine.random()
  const request = {
    ...{ slot, flight: lease.flight, generation: lease.generation, entry: outcome.entry },
    ...{ ...storing, expiryBuffer, refreshEvery },
    hard: Math.floor(storing.hard * jitter),
    soft: Math.floor(storing.soft * jitter),
    refreshBefore: Math.floor(refreshBefore * (1 + 0.1 * engine.random())),
  }
  const reply = await engine
    .repeatOnce(() => engine.commits(request))
    .catch((error: unknown) => {
      void engine.release(slot, lease.flight, error)
      if (isRevocable(target) && isOutage(error)) throw revocationUnknown()
      return isTooLarge(error) ? ('too_large' as const) : ('unknown' as const)
    })
  if (reply === 'refused') return refuse()
  engine.state.emit({ type: 'commit', lookup: name, outcome: reply })
  if (reply === 'stored') fill(target, stamp, outcome)
  return outcome
}
