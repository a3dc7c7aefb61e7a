/**
 * Reads Clerk's JSON field by field. A field that is missing, null or of another type becomes its empty value, so that
 * one odd field never costs the record it is in, nor one odd record the list.
 */

export type Json = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const record = (value: unknown): Json => (isRecord(value) ? value : {})

/** How deeply metadata may be nested. */
const DEEPEST = 100

/** Data that JSON can carry, whatever it was: null in place of what is nested deeper, and of numbers such as 1e999. */
function carried(value: unknown, levels: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((inner) => carried(inner, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, carried(inner, levels - 1)]))
}

/**
 * Metadata as it can be stored. The browser of a user can write anything into unsafe metadata, which must cost neither the
 * user nor the people who are read with them.
 */
export const metadata = (value: unknown): Json => record(carried(value, DEEPEST))

export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])

export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** Text with at least one character, such as an ID. */
export const word = (value: unknown): string | null => text(value) || null

/** Milliseconds that a date can have, before and after 1970. */
const MOST_MS = 8.64e15

/** Milliseconds since 1970, from a number or an ISO date. */
export function time(value: unknown): number | null {
  const at = typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : Date.parse(value)) : value
  return typeof at === 'number' && Math.abs(at) <= MOST_MS ? at : null
}

export const isTime = (value: unknown): value is number => typeof value === 'number' && time(value) === value

/** Whether an e-mail address or an account was verified. */
export const isVerified = ({ verification }: Json): boolean => record(verification).status === 'verified'

/** The provider of an external account, such as `google`. Older answers name it only by the type of the record. */
export const providerOf = ({ provider, object, google_id }: Json): string | null =>
  word(provider)?.replace(/^oauth_/, '') ??
  /^(google|facebook)_account$/.exec(text(object) ?? '')?.[1] ??
  (word(google_id) ? 'google' : null)
