import { codeOf, KitError } from './errors'
import { badValue, describe, reasonOf } from './json'
import type { Lease } from './lease'

/** Turns values into text and back. `key` is the full Redis key: associated data for codecs that seal. */
export interface Codec<T> {
  encode(value: T, key: string): string
  /** Throws on text that it did not write: such an entry is a miss and is overwritten. */
  decode(text: string, key: string): T
}

/**
 * The text of an entry: `generation|key|flight|v<length>|payload`, `n` instead of `v` for "not found".
 * The key binds it to its place; the length shows a truncated one; the flight that loaded it tells two loads of equal
 * values apart.
 */
function writeEntry<T>({ generation, flight }: Lease, key: string, value: T | null, codec: Codec<T>): string {
  const payload = value === null ? '' : codec.encode(value, key)
  if (typeof payload !== 'string') throw badValue(`its codec wrote ${describe(payload)}, not text`)
  if (/\p{Surrogate}/u.test(payload))
    throw badValue('its codec wrote half a character, which Redis cannot keep')
  return `${generation}|${key}|${flight}|${value === null ? 'n' : 'v'}${payload.length}|${payload}`
}

/** Whether an entry was loaded in this generation. */
export const belongsTo = (generation: string, entry: string) => entry.startsWith(`${generation}|`)

/**
 * The frozen value of an entry, or undefined when it is truncated, not an entry, or belongs to another key.
 * @throws what its codec throws
 */
export function readEntry<T>(entry: string, key: string, codec: Codec<T>): { value: T | null } | undefined {
  const keyAt = entry.indexOf('|') + 1
  const markAt = entry.indexOf('|', keyAt + key.length + 1) + 1
  const payloadAt = entry.indexOf('|', markAt) + 1
  if (keyAt === 0 || markAt === 0 || payloadAt === 0 || !entry.startsWith(`${key}|`, keyAt)) return undefined
  const payload = entry.slice(payloadAt)
  const mark = entry.slice(markAt, payloadAt - 1)
  if (mark === 'n0' && payload === '') return { value: null }
  if (mark !== `v${payload.length}`) return undefined
  return { value: freeze(codec.decode(payload, key)) }
}

/** The entry of a value, and the value as it will be read. @throws LookupError `bad_value` */
export function throughCodec<T>(value: T | null, lease: Lease, key: string, codec: Codec<T>) {
  try {
    const entry = writeEntry(lease, key, value, codec)
    const read = readEntry(entry, key, codec)
    if (read) return { value: read.value, entry }
  } catch (error) {
    // Such as a missing encryption key.
    if (error instanceof KitError && error.code !== 'bad_value') throw error
    throw badValue(reasonOf(error) ?? `its codec fails with ${codeOf(error)}`)
  }
  throw badValue('its codec cannot read what it wrote')
}

/** Freezes data deeply, and drops own `__proto__` keys: copying one would change a prototype. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (ArrayBuffer.isView(value))
    throw badValue(`its codec decodes to ${describe(value)}, which cannot be frozen: decode it to text`)
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}

/** About how many bytes of memory a value takes: an object 64, a character 2, and 8 for each place that holds something. */
export function heapBytes(value: unknown): number {
  if (typeof value === 'string') return 24 + 2 * value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 64
  if (Array.isArray(value)) for (const inner of value) bytes += 8 + heapBytes(inner)
  else for (const [key, inner] of Object.entries(value)) bytes += 8 + key.length + heapBytes(inner)
  return bytes
}
