import { LRUCache } from 'lru-cache'
import type { Clock } from './clock'
import { systemClock } from './clock'
import type { ProcessState, Stamp } from './process-state'

/** Milliseconds that a value may be kept while the backplane is not proven to be alive. */
const UNPROVEN_TTL = 1000

interface Held<T> {
  /** Already resolved, so that a hit allocates nothing. */
  promise: Promise<T>
  /** Whether the value is null. */
  negative: boolean
  tags: readonly string[]
}

export interface ProcessCacheOptions {
  /** Most entries of one lookup (default: 5000). */
  maxEntries?: number
  /**
   * Most bytes of memory of one lookup, estimated (default: 64 MB): 64 for an object or list, 8 for each place in it, 2 for
   * a character.
   */
  maxBytes?: number
}

/** Values that this process may serve without asking Redis: bounded by entries, bytes and time. */
export function createProcessCache<T>(
  lookup: string,
  state: ProcessState,
  clock: Clock,
  { maxEntries = 5000, maxBytes = 64_000_000 }: ProcessCacheOptions,
) {
  const byTag = new Map<string, Set<string>>()
  const held = new LRUCache<string, Held<T>>({
    max: maxEntries,
    maxSize: maxBytes,
    ...(clock === systemClock ? {} : { perf: clock, ttlResolution: 0 }),
    dispose: ({ tags }, key) => {
      for (const tag of tags) {
        const keys = byTag.get(tag)
        if (keys?.delete(key) && keys.size === 0) byTag.delete(tag)
      }
    },
  })

  const cache = {
    get(key: string): Held<T> | undefined {
      // Reading the epoch detects a gap in the stream, and a gap clears this cache.
      if (state.backplane !== undefined) state.backplane.epoch()
      return held.get(key)
    },
    /** Keeps a value for `ttl` ms since its request was sent, if its tags were not invalidated since then. */
    fill(stamp: Stamp, key: string, value: T, tags: readonly string[], ttl: number, bytes: number) {
      const proven = stamp.epoch > 0 && stamp.epoch === state.epoch()
      const left = (proven ? ttl : Math.min(ttl, UNPROVEN_TTL)) - (clock.now() - stamp.at)
      if (left <= 0 || !state.isCurrent(stamp, tags)) return
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
    usage: () => ({ lookup, entries: held.size, bytes: held.calculatedSize }),
  }
  state.layers.add(cache)
  return cache
}

export type ProcessCache<T> = ReturnType<typeof createProcessCache<T>>
