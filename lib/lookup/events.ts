/** Everything that happens. `code` is short and safe to log; no event carries a value or a key. */
export type LookupEvent =
  /** `negative`: the value is null. Not set for the request memo, whose value may still be loading. */
  | { type: 'hit'; lookup: string; layer: 'request' | 'process' | 'redis'; negative?: true }
  | { type: 'miss'; lookup: string }
  /** Served past its soft expiry; a background refresh was scheduled. */
  | { type: 'stale'; lookup: string }
  /** Served past its hard expiry because the loader failed. */
  | { type: 'grace'; lookup: string }
  /** Shares a read, a load or a wait of another caller in this process. */
  | { type: 'coalesced'; lookup: string }
  /** Waits for a load of another process. */
  | { type: 'waiting'; lookup: string }
  | { type: 'load'; lookup: string; ms: number; negative?: true }
  | { type: 'load_error'; lookup: string; code: string; ms: number }
  /** The result of storing a loaded value; usually `stored`. */
  | {
      type: 'commit'
      lookup: string
      outcome: 'stored' | 'not_cacheable' | 'lost' | 'invalidated' | 'too_large' | 'unknown'
    }
  /** An entry that was truncated, of another type, or stored under another key: a miss, and overwritten. */
  | { type: 'corrupt'; lookup: string }
  /** Refused because of a revocation marker. */
  | { type: 'refused'; lookup: string }
  /** Loaded past Redis, because Redis did not answer or the wait was too long. */
  | { type: 'uncached'; lookup: string; code: string }
  | { type: 'invalidate'; tags: readonly string[]; confirmed: boolean }
  /** How many tags and markers this process still repeats, and how many of the oldest were too many. */
  | { type: 'unconfirmed'; pending: number; givenUp: number }
  | { type: 'store_error'; operation: string; code: string }
  | { type: 'breaker'; open: boolean }
  | { type: 'backplane'; alive: boolean }

export type Listener<E> = (event: E) => void

/**
 * Listeners of one kind of event. A listener with a name replaces the earlier one of that name, so that the copies of a
 * module that Next loads do not listen twice. What a listener throws is ignored.
 */
export function createListeners<E>() {
  const byName = new Map<unknown, Listener<E>>()

  return {
    emit(event: E): void {
      for (const listener of byName.values()) {
        try {
          listener(event)
        } catch {
          // The emitter has other work to do.
        }
      }
    },
    /** Calls the listener for every event until the returned function is called. */
    on(listener: Listener<E>, name: unknown = Symbol('listener')): () => void {
      byName.set(name, listener)
      return () => {
        if (byName.get(name) === listener) byName.delete(name)
      }
    },
  }
}
