import { type Context, isRevocable, type Outcome } from './context'
import { codeOf } from './errors'
import { loadValue } from './load'
import type { Stamp } from './process-state'
import type { Target } from './slot'

/** How long a value loaded while the breaker is open may be shared in this process, in milliseconds. */
const SHARE_MS = 5000

/**
 * A load past Redis, never stored there: shared with callers that asked before it began (`asked` is when this caller
 * did), and for 5 s while the breaker is open.
 */
export function bypass<A, T>(
  context: Context<A, T>,
  target: Target<A>,
  asked: Stamp,
  cause: unknown,
): Promise<Outcome<T>> {
  const { engine, declared, local } = context
  const { state, store, clock } = engine
  const code = typeof cause === 'string' ? cause : codeOf(cause)
  state.emit({ type: 'uncached', lookup: declared.name, code })
  const key = target.slot.entry
  const open = !store.healthy()
  const known = local.bypassed.get(key)
  if (known && state.isCurrent(known.stamp, target.tags)) {
    const shareable = open && known.open && clock.now() - known.stamp.at < SHARE_MS
    if (shareable || known.stamp.sequence > asked.sequence) return known.promise
  }
  const stamp = state.stamp(clock.now())
  const promise = loadValue(context, target, '')
  local.bypassed.set(key, { promise, stamp, open })
  const drop = () => local.bypassed.peek(key)?.promise === promise && local.bypassed.delete(key)
  promise.then(isRevocable(target) ? drop : undefined, drop)
  return promise
}
