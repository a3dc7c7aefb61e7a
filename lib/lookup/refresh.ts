import type { Context } from './context'
import { loadUnderLease } from './lease'
import type { Target } from './slot'

/** Refreshes a value past its soft expiry in the background: at most once per key, process and lease. */
export function refreshLater<A, T>(context: Context<A, T>, target: Target<A>): void {
  const { engine, declared, local, emit } = context
  const { clock, state, runtime } = engine
  const { slot } = target
  emit('stale')
  // The runtime may drop the task, so this note expires by itself.
  const since = local.refreshing.get(slot.entry)
  if (since !== undefined && clock.now() - since < declared.lease) return
  local.refreshing.set(slot.entry, clock.now())
  runtime.after(async () => {
    const flight = engine.newId()
    let stamp = state.stamp(clock.now())
    try {
      const request = { slot, flight, waiting: '', reject: '', refresh: true, lease: declared.lease }
      const acquire = engine.acquires(request, () => {
        stamp = state.stamp(clock.now())
      })
      const reply = await acquire.catch((failure: unknown) => {
        void engine.release(slot, flight, failure)
        throw failure
      })
      if (reply.kind === 'load')
        await loadUnderLease(
          context,
          target,
          { flight, generation: reply.generation, priority: 'low' },
          stamp,
        )
    } catch {
      // Reported by events; the caller already has its value.
    } finally {
      local.refreshing.delete(slot.entry)
    }
  })
}
