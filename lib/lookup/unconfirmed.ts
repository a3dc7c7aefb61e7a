import { type Clock, deadline } from './clock'
import type { ProcessState } from './process-state'

/** Most tags and markers that are remembered; beyond that the oldest are given up. */
const MOST = 10_000
/** Milliseconds between two repetitions. */
const REPEAT_MS = 2000

/** Most milliseconds of a marker that is set later: another process may have ended the revocation meanwhile. */
export const LATE_MARKER_MS = 600_000

/** A revocation marker to set for so many milliseconds, unless there is a newer one. */
export type Marker = { ms: number; since: number | undefined }

/** Under its Redis key: a tag version to delete, or a marker to set. */
export type Unfinished = { key: string; tag?: string; marker?: Marker }

/**
 * What this process has tried to invalidate or to revoke, and Redis did not confirm. It is repeated until Redis confirms it,
 * also before each read that depends on it. Until then this process uses nothing that Redis holds of it.
 */
export function createUnconfirmed(
  state: ProcessState,
  clock: Clock,
  /** Returns the keys that Redis did not confirm. Never rejects. */
  send: (list: readonly Unfinished[]) => Promise<ReadonlyMap<string, unknown>>,
) {
  /** By key, oldest first. */
  const pending = new Map<string, Unfinished>()
  let waiting = false

  async function repeat(keys: readonly string[]): Promise<void> {
    const sent = keys.flatMap((key) => pending.get(key) ?? [])
    if (sent.length === 0) return
    const failed = await send(sent)
    if (failed.size === sent.length) return
    // What was tried again meanwhile is another one.
    for (const one of sent) if (!failed.has(one.key) && pending.get(one.key) === one) pending.delete(one.key)
    state.emit({ type: 'unconfirmed', pending: pending.size, givenUp: 0 })
  }

  function repeatLater() {
    if (waiting || pending.size === 0) return
    waiting = true
    deadline(clock, REPEAT_MS, async () => {
      await repeat([...pending.keys()])
      waiting = false
      repeatLater()
    })
  }

  return {
    has: (keys: readonly string[]) => pending.size > 0 && keys.some((key) => pending.has(key)),
    repeat,
    delete: (key: string) => pending.delete(key),
    add(list: readonly Unfinished[]) {
      for (const one of list) {
        const held = pending.get(one.key)
        const isOlder = (one.marker?.since ?? -1) < (held?.marker?.since ?? -1)
        pending.delete(one.key)
        pending.set(one.key, held && isOlder ? held : one)
      }
      const givenUp = Math.max(pending.size - MOST, 0)
      for (const key of [...pending.keys()].slice(0, givenUp)) pending.delete(key)
      state.emit({ type: 'unconfirmed', pending: pending.size, givenUp })
      repeatLater()
    },
  }
}
