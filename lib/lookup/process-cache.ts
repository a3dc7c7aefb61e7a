import { LRUCache } from 'lru-cache'
import type { Clock } from './clock'
import { systemClock } from './clock'
import type { ProcessState, Ticket } from './process-state'

/** Milliseconds that a value may live here while the backplane is not proven alive. */
const unprovenTtl = 1000

interface Held<T> {
  /** Already resolved, so that a hit allocates nothing. */
  promise: Promise<T>
  /** Whether the value is null. */
  negative: boolean
  tags: readonly string[]
}

export interface ProcessCacheOptions {
  /** Most entries of one lookup; 5000 unless told. */
  maxEntries?: number
  /** Most bytes of one lookup, counted as text; 64 MB unless told. */
  maxBytes?: number
}

/** Values that this process may hand out without asking Redis: bounded by entries, bytes and time. */
export function createProcessCache<T>(
  lookup: string,
  state: ProcessState,
  clock: Clock,
  ttl: number,
  options: ProcessCacheOptions,
) {
  const { maxEntries = 5000, maxBytes = 64_000_000 } = options
  const byTag = new Map<string, Set<string>>()
  let [hits, negative] = [0, 0]
  const held = new LRUCache<string, Held<T>>({
    max: maxEntries,
    maxSize: maxBytes,
    ttl,
    ...(clock === systemClock ? {} : { perf: clock, ttlResolution: 0 }),
    dispose: ({ tags }, key) => {
      for (const tag of tags) {
        const keys = byTag.get(tag)
        if (keys?.delete(key) && keys.size === 0) byTag.delete(tag)
      }
    },
  })

  const layer = {
    get(key: string): Held<T> | undefined {
      // Asking notices a gap, and a gap clears this layer.
      if (state.backplane !== undefined) state.backplane.epoch()
      const found = held.get(key)
      if (found !== undefined) {
        hits++
        if (found.negative) negative++
      }
      return found
    },
    /** Keeps a value, unless its tags were invalidated here since it was sent for. */
    fill(ticket: Ticket, key: string, value: T, tags: readonly string[], bytes: number) {
      const proven = ticket.epoch > 0 && ticket.epoch === state.epoch()
      const left = (proven ? ttl : Math.min(ttl, unprovenTtl)) - (clock.now() - ticket.sentAt)
      if (!ticket.valid || left <= 0) return
      const kept = { promise: Promise.resolve(value), negative: value === null, tags }
      held.set(key, kept, { ttl: left, size: Math.max(bytes, 1) })
      if (!held.has(key)) return
      for (const tag of tags) {
        const keys = byTag.get(tag)
        if (keys) keys.add(key)
        else byTag.set(tag, new Set([key]))
      }
    },
    drop(tag: string) {
      for (const key of byTag.get(tag) ?? []) held.delete(key)
    },
    clear: () => held.clear(),
    usage: () => ({ lookup, entries: held.size, bytes: held.calculatedSize, hits, negative }),
  }
  state.layers.add(layer)
  return layer
}
