import type { Slot } from './keys'

export interface AcquireRequest {
  slot: Slot
  /** The caller's id: the lease is his under this name, and a repeated request is known by it. */
  flight: string
  /** The flight that this caller was told to wait for; its failure is his too. Empty if none. */
  waiting: string
  /** An entry that the caller has found unusable, which must not be handed to him again. Empty if none. */
  reject: string
  /** A background refresh: goes on only past the soft expiry, and only with the lease. */
  refresh: boolean
  /** Milliseconds. */
  lease: number
}

export type AcquireReply =
  | { kind: 'hit'; entry: string }
  /**
   * Leased in the current generation by this flight, or with `!` before it, held back until that flight's
   * answer, which may not be stored, is a second old. A request that arrives twice can lease again for a flight that began in an older one.
   */
  | { kind: 'wait'; flight: string; generation: string }
  /** The awaited flight failed; `entry` is a value in grace. */
  | { kind: 'fail'; code: string; entry: string | null }
  | { kind: 'load'; generation: string; foreign: boolean }
  | { kind: 'refused' }

export interface CommitRequest {
  slot: Slot
  flight: string
  generation: string
  entry: string
  /** Milliseconds; at most 0 means: for the callers of this flight, not to be stored. */
  hard: number
  soft: number
  grace: number
  /** Absolute, in ms since the epoch by Redis's clock; 0 if the value has none. */
  expiry: number
  margin: number
  refreshBefore: number
  refreshEvery: number
}

export type CommitReply = 'stored' | 'unstored' | 'lost' | 'condemned' | 'refused'

export interface FailRequest {
  slot: Slot
  flight: string
  generation: string
  /** What waiters are told; empty gives the lease back, in whatever generation, and tells nobody. */
  code: string
  /** Milliseconds for which waiters find the failure and no refresh is tried. */
  cooldown: number
}

/**
 * The shared layer. Every operation is one command, has a deadline, is never retried inside, and throws
 * only `LookupError`s. Replies come in the order of the requests. All durations are milliseconds.
 */
export interface Store {
  /** Values in order; null for absent, expired or of another type. */
  read(keys: readonly string[]): Promise<(string | null)[]>
  /** One step: creates absent fences out of `nonce`, then answers for each slot. */
  acquire(requests: readonly AcquireRequest[], nonce: string): Promise<AcquireReply[]>
  commit(requests: readonly CommitRequest[]): Promise<CommitReply[]>
  /** Marks the failure for the waiters; answers the entry that may stand in, if one is in grace. */
  fail(requests: readonly FailRequest[]): Promise<(string | null)[]>
  /** Deletes keys; works while the breaker is open, when Redis is full, and without permission for scripts. */
  drop(keys: readonly string[]): Promise<void>
  /**
   * If the entry is still this one: puts another text in its place for the rest of its time, or with null deletes it
   * and whatever is being loaded for it.
   */
  replaceIf(slot: Slot, entry: string, replacement: string | null): Promise<boolean>
  /** Sets a guard for so many milliseconds; not stopped by the breaker. */
  guard(key: string, ms: number): Promise<void>
  /** False while the breaker is open. */
  healthy(): boolean
}

/** How long an answer that may not be stored is kept for those who already wait for it. */
export const holdMs = 1000
