import type { Codec } from './entry'
import { LookupError } from './errors'

/**
 * The codec of lookups that name none. Refuses what would come back from JSON as something else. With `isValid`, an entry
 * of another shape is a miss.
 */
export const json = <T>(isValid?: (value: unknown) => boolean): Codec<T> => ({
  encode: (value) => toJson(value),
  decode(text): T {
    const value = JSON.parse(text)
    if (isValid?.(value) === false) throw badValue('the entry is of another shape')
    return value
  },
})

/** @throws LookupError `bad_value` whose reason says where in the value JSON would change it */
export function toJson(value: unknown): string {
  const reason = misfit(value, 'value', [])
  if (reason) throw badValue(reason)
  return JSON.stringify(value)
}

export const badValue = (reason: string) => new LookupError('bad_value', reason, reason)

/** Why a value is bad; nothing for other errors, and for those that name their lookup already. */
export const reasonOf = (error: unknown) =>
  error instanceof LookupError && error.code === 'bad_value' ? error.reason : undefined

/** What something is, in a word or two, without showing it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null || Number.isNaN(value)) return String(value)
  const holes = Array.isArray(value) && Object.keys(value).length < value.length
  if (Array.isArray(value)) return holes ? 'a list with holes' : `a list of ${value.length}`
  if (typeof value !== 'object') return typeof value === 'number' ? 'infinite' : `a ${typeof value}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof name !== 'string' || !name) return 'an object'
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/**
 * Where JSON would change the value, or nothing if it would not. A property that is undefined is dropped, on a miss as
 * on a hit. An instance of a class is fine if it has only data.
 */
function misfit(value: unknown, path: string, above: object[]): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  const carried = () => `${path.slice(0, 200)} is ${describe(value)}; JSON cannot carry it`
  if (typeof value !== 'object') return carried()
  if (above.includes(value)) return `${path.slice(0, 200)} contains itself; JSON cannot carry it`
  if (above.length === 1000) return `${path.slice(0, 200)} is too deep for JSON`
  above.push(value)
  try {
    if (Array.isArray(value)) {
      if (Object.keys(value).length > value.length)
        return `${path} is a list with properties; JSON drops them`
      for (let i = 0; i < value.length; i++) {
        const reason = misfit(value[i], `${path}[${i}]`, above)
        if (reason) return reason
      }
      return undefined
    }
    if (!isData(value)) return carried()
    for (const [key, inner] of Object.entries(value)) {
      const reason = inner !== undefined && misfit(inner, pathOf(path, key), above)
      if (reason) return reason
    }
    return undefined
  } finally {
    above.pop()
  }
}

const pathOf = (path: string, key: string) =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`

/** Whether an object has nothing but its own properties: no methods, no getters, nothing inside. */
function isData(value: object): boolean {
  for (let from = Object.getPrototypeOf(value); from !== null; from = Object.getPrototypeOf(from)) {
    // The root of all objects, also of those from another realm.
    if (Object.getPrototypeOf(from) === null) return true
    if (Reflect.ownKeys(from).some((key) => key !== 'constructor')) return false
  }
  return true
}
