import type { Read } from './context'
import { acquireLease, loadUnderLease } from './lease'
import { withPriority } from './priority'

/** Refreshes a value past its soft expiry in the background: at most once per key, process and lease. */
export function refreshLater<A, T>(read: Read<A, T>): void {
  const { engine, declared, local, emit } = read.lookup
  const { clock, runtime } = engine
  const { slot } = read
  emit('stale')
  // The runtime may drop the task, so this note expires by itself.
  const since = local.refreshing.get(slot.entry)
  if (since !== undefined && clock.now() - since < declared.lease) return
  local.refreshing.set(slot.entry, clock.now())

  async function refresh() {
    const { flight, sent, answer } = await acquireLease(read, { refresh: true })
    if ('reply' in answer && answer.reply.kind === 'load')
      await loadUnderLease(read, { flight, generation: answer.reply.generation }, sent)
  }
  runtime.after(() =>
    withPriority('low', refresh)
      // Reported by events; the caller already has its value.
      .catch(() => {})
      .finally(() => local.refreshing.delete(slot.entry)),
  )
}
