import { createHash } from 'node:crypto'
import type { Declared } from './declaration'
import { belongsTo } from './entry'
import { LookupError } from './errors'

const readable = /^[A-Za-z0-9_.:@+-]{1,128}$/
const readablePart = /^[A-Za-z0-9_.@+-]{1,128}$/

// UTF-16, because in UTF-8 every lone surrogate would be the same replacement character.
const digest = (text: string) => `~${createHash('sha256').update(text, 'utf16le').digest('base64url')}`

/** A text of any length and content as part of a Redis key: readable ones as they are, all others hashed. */
export const safe = (text: string) => (readable.test(text) ? text : digest(text))

/**
 * One key out of several parts, such that different parts never give the same key:
 * `joinKey('user_1', 'google')` is `user_1:google`, and a part that contains a `:` is hashed.
 */
export const joinKey = (...parts: string[]) =>
  parts.map((part) => (readablePart.test(part) ? part : digest(part))).join(':')

// The kinds of keys: e entry, s state, h hard expiry, f tag version, g revocation marker, o what an owner has.
export const tagVersionKey = (namespace: string, tag: string) => `${namespace}:f:${safe(tag)}`
export const markerKey = (namespace: string, marker: string) => `${namespace}:g:${safe(marker)}`
export const ownerKey = (namespace: string, owner: string) => `${namespace}:o:${safe(owner)}`

/** An entry's key, and those of its state and its hard expiry. */
export const keysBeside = (entry: string): string[] =>
  ['e', 's', 'h'].map((kind) => entry.replace(/:e:/, `:${kind}:`))
/** The name of the lookup that an entry's key belongs to. */
export const lookupOf = (entry: string): string => entry.split(':')[2]?.replace(/\.\d+$/, '') ?? ''

/** The Redis keys of one cached value. */
export interface Slot {
  entry: string
  /**
   * How a load of the value stands. `L:flight|generation`: leased. `K`: stored, until the soft expiry. `F:flight|code`:
   * failed, during the cooldown. `U:flight|entry`: the value may not be stored, and is held for those who wait.
   * `R:flight|`: the lease was returned. Absent: past the soft expiry, or nothing was loaded.
   */
  state: string
  /** Present until the hard expiry; only for lookups with grace, whose entry is kept longer. */
  hard: string | undefined
  tagVersions: readonly string[]
  markers: readonly string[]
}

/** One value of a lookup: its argument, and where it is cached. */
export interface Target<A> {
  arg: A
  tags: readonly string[]
  slot: Slot
  /** Reads with the same text may share one request: the entry and the revocation markers. */
  mergeKey: string
}

/** @throws LookupError `bad_declaration` without a tag; what the declaration's functions throw. */
export function locate<A, T>(
  { name, id, key, tags, grace, revocationMarkers }: Declared<A, T>,
  namespace: string,
  arg: A,
  more: readonly string[] = [],
): Target<A> {
  const ofArg = tags(arg)
  if (ofArg.length === 0)
    throw new LookupError('bad_declaration', `Lookup "${name}": tags must name at least one tag`)
  const base = `${id}:${safe(key(arg))}`
  const slot = {
    entry: `${namespace}:e:${base}`,
    state: `${namespace}:s:${base}`,
    hard: grace > 0 ? `${namespace}:h:${base}` : undefined,
    tagVersions: ofArg.map((tag) => tagVersionKey(namespace, tag)),
    markers: [...revocationMarkers(arg), ...more].map((marker) => markerKey(namespace, marker)),
  }
  return { arg, tags: ofArg, slot, mergeKey: [slot.entry, ...slot.markers].join(' ') }
}

/** The keys of the one MGET that reads a value, in the order that `validate` expects. */
export const keysOf = ({ entry, tagVersions, markers, state, hard }: Slot): string[] =>
  hard === undefined
    ? [entry, ...tagVersions, ...markers, state]
    : [entry, ...tagVersions, ...markers, state, hard]

/**
 * Checks the result of one MGET. `entry` is its text if it may be served: every tag version is there and is the one it
 * was loaded with, and its hard expiry has not passed. `refreshDue`: its soft expiry has passed, and it is neither being
 * loaded nor in the cooldown after a failed load.
 */
export function validate(
  { tagVersions, markers, hard }: Slot,
  [entry = null, ...rest]: readonly (string | null)[],
): { revoked: boolean; entry: string | null; refreshDue: boolean } {
  const generation = rest.slice(0, tagVersions.length)
  const [state, unexpired] = rest.slice(tagVersions.length + markers.length)
  const current = entry !== null && !generation.includes(null) && belongsTo(generation.join(','), entry)
  return {
    revoked: rest
      .slice(tagVersions.length, tagVersions.length + markers.length)
      .some((value) => value !== null),
    entry: current && (hard === undefined || unexpired !== null) ? entry : null,
    refreshDue: state === null,
  }
}
