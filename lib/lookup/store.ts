import type { Slot } from './slot'

export interface AcquireRequest {
  slot: Slot
  /** The caller's id: the lease is stored under it, and a repeated request is recognized by it. */
  flight: string
  /** The flight that this caller waits for, whose failure it shares. Empty if none. */
  waiting: string
  /** An entry that the caller cannot use, which must not be returned to it again. Empty if none. */
  reject: string
  /** A background refresh: goes on only past the soft expiry, and only with the lease. */
  refresh: boolean
  /** Milliseconds. */
  lease: number
}

export type AcquireReply =
  | { kind: 'hit'; entry: string }
  /**
   * `flight` holds the lease in the current generation. `!flight`: that load returned a value too short-lived to store;
   * ask again once it is one second old. A request that arrives twice can lease again for a flight that began in an
   * older generation.
   */
  | { kind: 'wait'; flight: string; generation: string }
  /** The awaited flight failed; `entry` is a value in grace. */
  | { kind: 'fail'; code: string; entry: string | null }
  | { kind: 'load'; generation: string; foreign: boolean }
  /** By a revocation marker; or the flight has returned its lease, and nobody reads this. */
  | { kind: 'refused' }

export interface CommitRequest {
  slot: Slot
  flight: string
  generation: string
  entry: string
  /** Milliseconds; 0 or less means: for the callers of this flight only, not to be stored. */
  hard: number
  soft: number
  grace: number
  /** Milliseconds since the epoch by Redis's clock; 0 if the value has no expiry of its own. */
  expiry: number
  expiryBuffer: number
  refreshBefore: number
  refreshEvery: number
  /** The key under which the entry is listed for its owner, if it has one. */
  owner?: string | undefined
}

export type CommitReply = 'stored' | 'not_cacheable' | 'lost' | 'invalidated' | 'refused'

export interface FailRequest {
  slot: Slot
  flight: string
  generation: string
  /** The failure that waiters get. An empty code returns the lease, in any generation, without a failure, and for good. */
  code: string
  /** Milliseconds for which waiters find the failure and no refresh is tried. */
  cooldown: number
}

/**
 * The interface to Redis. Every operation is one command (`ttl`: one for each key; `remove`: a read and a transaction), has
 * a deadline, and throws only `LookupError`s. It is never retried; only a script that Redis does not know yet, and so has
 * not run, is sent again with its text. Replies come in the order of the requests. All durations are milliseconds.
 */
export interface Store {
  /** Values in order; null for absent, expired or of another type. `despiteBreaker`: also while the breaker is open. */
  read(keys: readonly string[], options?: { despiteBreaker?: boolean }): Promise<(string | null)[]>
  /** One step: creates missing tag versions from `nonce`, then answers for each slot. */
  acquire(requests: readonly AcquireRequest[], nonce: string): Promise<AcquireReply[]>
  commit(requests: readonly CommitRequest[]): Promise<CommitReply[]>
  /** Marks the failure for the waiters; returns the entry that may be served in grace, if there is one. */
  fail(requests: readonly FailRequest[]): Promise<(string | null)[]>
  /** Deletes keys; works while the breaker is open, when Redis is full, and without permission for scripts. */
  drop(keys: readonly string[]): Promise<void>
  /** If the entry is still this one: deletes it, and takes the lease from a load of it. */
  dropIf(slot: Slot, entry: string): Promise<boolean>
  /** Deletes every entry that is listed for an owner; returns the keys of those that were there. */
  remove(owner: string): Promise<string[]>
  /**
   * Sets a revocation marker for `ms` milliseconds, even while the breaker is open. `id` tells it from others. With
   * `since`, with which `id` begins, one that is newer stays, and so does one of the same moment that lasts longer.
   * `late`: it lasts at least as long as an older one.
   */
  mark(key: string, ms: number, id: string, order?: { since: number; late?: boolean }): Promise<void>
  /** Milliseconds until each key expires; below 0 for absent ones. For people who inspect an entry. */
  ttl(keys: readonly string[]): Promise<number[]>
  /** False while the breaker is open. */
  healthy(): boolean
}

/** For how long a late acquire of a flight that has returned its lease gets none. */
export const releasedMs = 10_000

/** How long an answer that must not be stored is kept for the callers that already wait for it. */
export const holdMs = 1000
