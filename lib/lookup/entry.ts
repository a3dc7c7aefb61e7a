/** Turns values into text and back. `key` is the full Redis key: associated data for codecs that seal. */
export interface Codec<T> {
  encode(value: T, key: string): string
  /** Throws on text that it did not write: such an entry is a miss and is overwritten. */
  decode(text: string, key: string): T
}

export const json = <T>(): Codec<T> => ({
  encode: (value) => JSON.stringify(value),
  decode: (text): T => JSON.parse(text),
})

/**
 * The text of an entry: `generation|key|v<length>|payload`, `n` instead of `v` for "not found".
 * The key binds it to its place; the length shows a truncated one.
 */
export function writeEntry<T>(generation: string, key: string, value: T | null, codec: Codec<T>): string {
  const payload = value === null ? '' : codec.encode(value, key)
  return `${generation}|${key}|${value === null ? 'n' : 'v'}${payload.length}|${payload}`
}

/** Whether an entry was loaded in this generation. */
export const belongsTo = (generation: string, entry: string) => entry.startsWith(`${generation}|`)

/** The frozen value of an entry, or undefined when it is truncated, not an entry, or belongs to another key. */
export function readEntry<T>(entry: string, key: string, codec: Codec<T>): { value: T | null } | undefined {
  const keyAt = entry.indexOf('|') + 1
  const markAt = keyAt + key.length + 1
  const payloadAt = entry.indexOf('|', markAt) + 1
  if (keyAt === 0 || payloadAt === 0 || !entry.startsWith(`${key}|`, keyAt)) return undefined
  const payload = entry.slice(payloadAt)
  const mark = entry.slice(markAt, payloadAt - 1)
  if (mark === 'n0' && payload === '') return { value: null }
  if (mark !== `v${payload.length}`) return undefined
  try {
    return { value: freeze(codec.decode(payload, key)) }
  } catch {
    return undefined
  }
}

/** Freezes data deeply, and drops own `__proto__` keys: copying one would change a prototype. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}
