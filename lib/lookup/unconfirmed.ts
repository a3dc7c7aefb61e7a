import { type Clock, deadline } from './clock'
import { LookupError } from './errors'
import type { ProcessState } from './process-state'

/** Most tags and markers that are remembered; beyond that the oldest are given up. */
const MOST = 10_000
/** Milliseconds between two repetitions. */
const REPEAT_MS = 2000

/** A tag whose version must be deleted, or a revocation marker that must be set for so many milliseconds. */
export type Unfinished = { key: string } & ({ tag: string } | { ms: number })

/**
 * What this process has tried to invalidate or to revoke, and Redis did not confirm. It is repeated until Redis confirms it,
 * also before each read that depends on it. Until then this process uses nothing that Redis holds of it.
 */
export function createUnconfirmed(
  state: ProcessState,
  clock: Clock,
  send: (list: readonly Unfinished[]) => Promise<void>,
) {
  /** By their Redis keys, oldest first. */
  const pending = new Map<string, Unfinished>()
  let waiting = false

  async function repeat(keys: readonly string[]): Promise<void> {
    const sent = keys.flatMap((key) => pending.get(key) ?? [])
    await send(sent)
    // What was tried again meanwhile is another one.
    for (const one of sent) if (pending.get(one.key) === one) pending.delete(one.key)
    state.emit({ type: 'unconfirmed', pending: pending.size, givenUp: 0 })
  }

  function repeatLater() {
    if (waiting || pending.size === 0) return
    waiting = true
    deadline(clock, REPEAT_MS, async () => {
      await repeat([...pending.keys()]).catch(() => {})
      waiting = false
      repeatLater()
    })
  }

  return {
    has: (keys: readonly string[]) => pending.size > 0 && keys.some((key) => pending.has(key)),
    repeat,
    add(list: readonly Unfinished[]) {
      for (const one of list) {
        pending.delete(one.key)
        pending.set(one.key, one)
      }
      const givenUp = [...pending.keys()].slice(0, Math.max(pending.size - MOST, 0))
      for (const key of givenUp) pending.delete(key)
      state.emit({ type: 'unconfirmed', pending: pending.size, givenUp: givenUp.length })
      repeatLater()
    },
    delete: (key: string) => pending.delete(key),
    error: () =>
      new LookupError('invalidation_unconfirmed', 'Redis has not confirmed an earlier invalidation of this'),
  }
}
