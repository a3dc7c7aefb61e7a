import { invalidParam } from './errors'
import type { User } from './records'

type Sortable = string | number | null

const ORDERS: Record<string, (user: User) => Sortable> = {
  created_at: (user) => user.createdAt,
  updated_at: (user) => user.updatedAt,
  email_address: (user) => user.emails[0]?.address ?? null,
  first_name: (user) => user.firstName,
  last_name: (user) => user.lastName,
  username: (user) => user.username,
  last_active_at: (user) => user.lastActiveAt,
  last_sign_in_at: (user) => user.lastSignInAt,
  phone_number: () => null,
  web3wallet: () => null,
}

const DATES: Record<string, (user: User) => number | null> = {
  last_active_at: (user) => user.lastActiveAt,
  created_at: (user) => user.createdAt,
  last_sign_in_at: (user) => user.lastSignInAt,
}

const includes = (text: string | null, part: string) =>
  text?.toLowerCase().includes(part.toLowerCase()) ?? false

/** The users that match all filters of `GET /v1/users` and `/v1/users/count`, in no particular order. */
export function filterUsers(users: Iterable<User>, query: URLSearchParams): User[] {
  const keep: ((user: User) => boolean)[] = []
  const valuesOf = (param: string) => {
    const values = query.getAll(param)
    if (values.length > 100)
      throw invalidParam(param, `${param} should not exceed 100 items.`, 'form_param_array_size_exceeded')
    return values
  }
  const oneOf = (param: string, matches: (user: User, value: string) => boolean) => {
    const values = valuesOf(param)
    if (values.length > 0) keep.push((user) => values.some((value) => matches(user, value)))
  }
  const signedOneOf = (param: string, read: (user: User) => string | null) => {
    const values = valuesOf(param)
    const excluded = values.filter((value) => value.startsWith('-')).map((value) => value.slice(1))
    const wanted = values.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^\+/, ''))
    if (wanted.length > 0) keep.push((user) => wanted.includes(read(user) ?? ''))
    if (excluded.length > 0) keep.push((user) => !excluded.includes(read(user) ?? ''))
  }
  const optional = (param: string, matches: (user: User, value: string) => boolean) => {
    const value = query.get(param)
    if (value) keep.push((user) => matches(user, value))
  }

  signedOneOf('user_id', (user) => user.id)
  signedOneOf('external_id', (user) => user.externalId)
  oneOf('username', (user, value) => user.username === value.toLowerCase())
  oneOf('email_address', (user, value) => user.emails.some((email) => email.address === value.toLowerCase()))
  for (const absent of ['phone_number', 'web3_wallet', 'organization_id']) oneOf(absent, () => false)
  const provider = query.get('provider')
  if (provider && !query.has('provider_user_id'))
    throw invalidParam(
      'provider',
      'provider must be used together with provider_user_id',
      'form_param_missing',
    )
  oneOf('provider_user_id', (user, value) =>
    user.accounts.some((account) => account.provider === provider && account.providerUserId === value),
  )

  const emailHas = (user: User, value: string) => user.emails.some((email) => includes(email.address, value))
  const nameHas = (user: User, value: string) =>
    includes(`${user.firstName ?? ''} ${user.lastName ?? ''}`, value)
  optional('email_address_query', emailHas)
  optional('username_query', (user, value) => includes(user.username, value))
  optional('name_query', nameHas)
  optional('phone_number_query', () => false)
  optional(
    'query',
    (user, value) =>
      emailHas(user, value) ||
      nameHas(user, value) ||
      includes(user.username, value) ||
      includes(user.id, value),
  )
  optional('banned', (user, value) => user.banned === (value === 'true'))
  for (const [name, read] of Object.entries(DATES)) {
    optional(`${name}_before`, (user, value) => (read(user) ?? 0) < Number(value))
    optional(`${name}_after`, (user, value) => (read(user) ?? 0) > Number(value))
    optional(`${name}_since`, (user, value) => (read(user) ?? 0) >= Number(value))
  }
  return [...users].filter((user) => keep.every((test) => test(user)))
}

/** Sorts by `order_by` (default: `-created_at`) and returns the requested page. */
export function pageOfUsers(users: User[], query: URLSearchParams): User[] {
  const order = query.get('order_by') ?? '-created_at'
  const descending = order.startsWith('-')
  const name = order.replace(/^[+-]/, '')
  const read = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined
  if (!read)
    throw invalidParam('order_by', `${order} does not match one of the allowed values for parameter order_by`)
  const sorted = users.toSorted((a, b) => compare(read(a), read(b)) || compare(a.id, b.id))
  if (descending) sorted.reverse()

  const after = query.get('starting_after')
  if (after === null) return paginate(sorted, query)
  if (name !== 'created_at' || Number(query.get('offset') ?? 0) > 0) throw invalidParam('starting_after')
  const position = sorted.findIndex((user) => user.id === after)
  if (position < 0) throw invalidParam('starting_after')
  return paginate(sorted.slice(position + 1), query)
}

export function paginate<T>(items: T[], query: URLSearchParams): T[] {
  const limit = integer(query, 'limit', 10, 1, 500)
  const offset = integer(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER)
  return items.slice(offset, offset + limit)
}

function integer(query: URLSearchParams, param: string, fallback: number, min: number, max: number): number {
  const given = query.get(param)
  if (given === null) return fallback
  const value = Number(given)
  if (!Number.isInteger(value) || value < min || value > max)
    throw invalidParam(param, `${param} must be an integer from ${min} to ${max}`)
  return value
}

function compare(a: Sortable, b: Sortable): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
