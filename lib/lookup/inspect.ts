import type { FreshOptions, Lookup } from './lookup'
import { keysOf, validate } from './slot'

/** What Redis holds of a value. Seconds and bytes; null for what is not there. */
export interface Inspection<T> {
  /** The value that the next read would return; undefined when it would load. */
  value: T | null | undefined
  bytes: number | null
  /** Until the entry is deleted. */
  entrySeconds: number | null
  /** Until the soft expiry. */
  freshSeconds: number | null
  /** Until the hard expiry; the entry is kept longer where there is grace. */
  hardSeconds: number | null
  /** Of the tag version that expires first. */
  tagVersionSeconds: number | null
  /** Of the revocation marker that expires last. */
  revokedSeconds: number | null
}

const seconds = (ms: number | undefined) => (ms === undefined || ms < 0 ? null : Math.round(ms / 1000))

/** What Redis holds of a value, for people to look at: one MGET, and a PTTL for each key. @throws LookupError when Redis is not responding */
export async function inspect<A, T>(
  lookup: Pick<Lookup<A, T>, 'locate'>,
  arg: A,
  { revocationMarkers }: Pick<FreshOptions, 'revocationMarkers'> = {},
): Promise<Inspection<T>> {
  const read = lookup.locate(arg, revocationMarkers)
  const { engine, open } = read.lookup
  const { slot } = read
  const keys = keysOf(slot)
  const [values, ttls] = await Promise.all([engine.reads(keys), engine.store.ttl(keys)])
  const { entry, revoked } = validate(slot, values)
  const stateAt = 1 + slot.tagVersions.length + slot.markers.length
  const entrySeconds = seconds(ttls[0])
  return {
    value: entry === null || revoked ? undefined : open(read, entry)?.value,
    bytes: values[0] ? Buffer.byteLength(values[0]) : null,
    entrySeconds,
    freshSeconds: seconds(ttls[stateAt]),
    hardSeconds: slot.hard === undefined ? entrySeconds : seconds(ttls[stateAt + 1]),
    tagVersionSeconds: seconds(Math.min(...ttls.slice(1, 1 + slot.tagVersions.length))),
    revokedSeconds: seconds(Math.max(-1, ...ttls.slice(1 + slot.tagVersions.length, stateAt))),
  }
}
