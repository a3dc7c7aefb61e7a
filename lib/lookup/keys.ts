import { createHash } from 'node:crypto'

const readable = /^[A-Za-z0-9_.:@+-]{1,128}$/
const readablePart = /^[A-Za-z0-9_.@+-]{1,128}$/

// UTF-16 and not UTF-8, in which every lone surrogate would be the same replacement character.
const digest = (text: string) => `~${createHash('sha256').update(text, 'utf16le').digest('base64url')}`

/** A text of any length and content as part of a Redis key: readable ones as they are, all others hashed. */
export const safe = (text: string) => (readable.test(text) ? text : digest(text))

/**
 * One key out of several parts, such that different parts never give the same key:
 * `joinKey('user_1', 'google')` is `user_1:google`, and a part that holds a `:` is hashed.
 */
export const joinKey = (...parts: string[]) =>
  parts.map((part) => (readablePart.test(part) ? part : digest(part))).join(':')

/** The Redis keys of one cached value. */
export interface Slot {
  entry: string
  /** Leased, failed or fresh; absent once the soft expiry has passed. */
  state: string
  /** Present until the hard expiry; only of lookups with grace, whose entry lives on after it. */
  hard: string | undefined
  tagVersions: readonly string[]
  markers: readonly string[]
}

export const tagVersionKey = (namespace: string, tag: string) => `${namespace}:f:${safe(tag)}`
export const markerKey = (namespace: string, guard: string) => `${namespace}:g:${safe(guard)}`
