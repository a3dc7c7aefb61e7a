type Layer = 'request' | 'process' | 'redis'

/** Everything that happens. `code` is short and safe to log; no event carries a value or a key. */
export type LookupEvent =
  /** `negative`: the value is null. Not told of the request's memo, whose value may still be on its way. */
  | { type: 'hit'; lookup: string; layer: Layer; negative?: true }
  | { type: 'miss'; lookup: string }
  /** Served past its soft expiry; a refresh in the background was asked for. */
  | { type: 'stale'; lookup: string }
  /** Served past its hard expiry because the loader failed. */
  | { type: 'grace'; lookup: string }
  /** Shares a read, a load or a wait of another caller in this process. */
  | { type: 'coalesced'; lookup: string }
  /** Waits for a load of another process. */
  | { type: 'waiting'; lookup: string }
  | { type: 'load'; lookup: string; ms: number; negative?: true }
  | { type: 'load_error'; lookup: string; code: string; ms: number }
  /** What became of a loaded value; `stored` is the usual. */
  | { type: 'commit'; lookup: string; outcome: 'stored' | 'unstored' | 'lost' | 'condemned' | 'unknown' }
  /** An entry that was truncated, foreign, of another type or under another key: a miss, overwritten. */
  | { type: 'corrupt'; lookup: string }
  /** Refused because of a guard. */
  | { type: 'refused'; lookup: string }
  /** Loaded past Redis, because Redis did not answer or the wait was too long. */
  | { type: 'uncached'; lookup: string; code: string }
  | { type: 'invalidate'; tags: readonly string[]; confirmed: boolean }
  | { type: 'store_error'; operation: string; code: string }
  | { type: 'breaker'; open: boolean }
  | { type: 'backplane'; alive: boolean }
