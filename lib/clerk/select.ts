import { isRecord, type Json, metadata, providerOf, record, records, text, time, word } from './json'

/** How a field is read. Each reader gives a value back that it has read before. `?` means that it may be null. */
const READERS = {
  /** Text with at least one character. A record without it is left out. */
  word,
  text: (value: unknown) => text(value) ?? '',
  'text?': text,
  flag: (value: unknown) => value === true,
  time: (value: unknown) => time(value) ?? 0,
  'time?': time,
  'number?': (value: unknown) => (Number.isFinite(value) && typeof value === 'number' ? value : null),
  metadata: record,
  /** Required as a word is. Older answers name the provider of an account in another way. */
  provider: (value: unknown, of: Json) => word(value) ?? (providerOf(of) && `oauth_${providerOf(of)}`),
}

type Kind = keyof typeof READERS

/** Fields under Clerk's property names: a kind, a list of records, or a record, which may be null. */
export interface Fields {
  readonly [name: string]: Kind | Fields | readonly [Fields]
}

type Field<F> = F extends 'word' | 'provider'
  ? string
  : F extends Kind
    ? ReturnType<(typeof READERS)[F]>
    : F extends readonly [infer Element]
      ? Selected<Element>[]
      : Selected<F> | null

export type Selected<F> = { [Name in keyof F]: Field<F[Name]> }

const isList = (field: Fields[string]): field is readonly [Fields] => Array.isArray(field)

const entries = new WeakMap<Fields, [string, Fields[string]][]>()

/** Made once for each list of fields: every read of a user needs it. */
function entriesOf(fields: Fields) {
  const made = entries.get(fields) ?? Object.entries(fields)
  entries.set(fields, made)
  return made
}

const isRequired = (field: Kind) => field === 'word' || field === 'provider'

/** Whether a value has these fields and nothing in them is of another kind. */
export const isSelected = <F extends Fields>(fields: F, value: unknown): value is Selected<F> =>
  isRecord(value) &&
  entriesOf(fields).every(([name, field]) => {
    const own = value[name]
    if (typeof field === 'string')
      return READERS[field](own, value) === own && !(own === null && isRequired(field))
    if (!isList(field)) return own === null || isSelected(field, own)
    return Array.isArray(own) && own.every((one) => isSelected(field[0], one))
  })

/**
 * The fields of a record of the Backend API. What is missing or of another kind becomes its empty value. Null if a word
 * is missing.
 */
export function select<F extends Fields>(fields: F, json: Json): Selected<F> | null {
  const selected = entriesOf(fields).map(([name, field]) => {
    const value = json[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
    if (isList(field)) return [name, records(value).flatMap((one) => select(field[0], one) ?? [])]
    if (typeof field !== 'string') return [name, isRecord(value) ? select(field, value) : null]
    return [name, field === 'metadata' ? metadata(value) : READERS[field](value, json)]
  })
  const found: unknown = Object.fromEntries(selected)
  return isSelected(fields, found) ? found : null
}
