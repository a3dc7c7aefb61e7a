import { createHash } from 'node:crypto'
import { clerkFailure } from '../clerk/error'
import { clerkGet } from '../clerk/request'
import { cacheSettings } from '../config'
import type { Once } from '../lookup/create-lookups'
import { adaptive } from '../lookup/declaration'
import { createAlias } from './alias'
import { CACHED_USER_VERSION, type CachedUser, parseUsers } from './cached-user'
import { defineLookup, lookups } from './lookups'

export type { CachedUser }

/** The Backend API takes at most 100 values per filter. */
const PER_REQUEST = 100

/** Clerk allows 64 characters in a username, 254 fit in an address: anything longer is nobody's and is not asked for. */
const LONGEST_NAME = 256

/** Whether Clerk could have given this id: anything else is nobody's, and is never sent. */
export const isUserId = (id: string) => /^user_[A-Za-z0-9_-]{1,60}$/.test(id)

/** Users of one list request, for a filter of the Backend API with at most 100 values. */
async function listUsers(filter: string, values: readonly string[], signal: AbortSignal) {
  const query = new URLSearchParams({ limit: String(PER_REQUEST) })
  for (const value of values) query.append(filter, value)
  return parseUsers(await clerkGet('/users', query, signal))
}

async function loadUsers(ids: string[], signal: AbortSignal): Promise<(CachedUser | null)[]> {
  const valid = ids.filter(isUserId)
  const users = valid.length > 0 ? await listUsers('user_id', valid, signal) : []
  const byId = new Map(users.map((user) => [user.id, user]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** How long a user may stand in, past its time, while Clerk does not answer. Seconds. */
const GRACE = 60 * 60

/** Carried by what is computed from all users. */
const TAG_OF_ALL_USERS = 'users'

/**
 * Carried by where every name leads: whoever does not know which names a user has got or given up drops this, as a name
 * may still lead to somebody else who had it before.
 */
export const TAG_OF_ALL_NAMES = 'names'

const ADAPTIVE = { min: 60, max: 60 * 60 }
const DEFAULT_TTL = 300

function userTtl() {
  const ttl = cacheSettings().CACHE_USER_TTL
  return ttl === 'adaptive' ? adaptive(ADAPTIVE) : ttl
}

/** Of what has no time of change of its own. */
function nameTtl(): number {
  const ttl = cacheSettings().CACHE_USER_TTL
  return ttl === 'adaptive' ? DEFAULT_TTL : ttl
}

export const userById = defineLookup<string, CachedUser>(() => ({
  name: 'user',
  version: CACHED_USER_VERSION,
  key: (id) => id,
  tags: (id) => [`user:${id}`],
  ttl: userTtl(),
  grace: GRACE,
  processTtl: cacheSettings().CACHE_PROCESS_TTL,
  loadMany: (ids, { signal }) => loadUsers(ids, signal),
  batch: { max: PER_REQUEST },
  failure: clerkFailure,
}))

/** Clerk compares usernames and e-mail addresses without regard to case. */
const normalise = (name: string) => name.normalize('NFKC').toLowerCase()

/**
 * Another name for a user. It leads to an id only: the user is read under its own key and must still go by the name,
 * so that a name never returns its previous owner.
 */
const defineUserName = (
  name: string,
  {
    filter,
    same,
    key = same,
    goesBy,
  }: {
    filter: string
    /** The form in which equal names are the same text. */
    same(name: string): string
    /** What it is called in Redis and in events; `same` unless told. */
    key?(name: string): string
    goesBy(user: CachedUser): readonly (string | null)[]
  },
) => {
  const tagOf = (alias: string) => `${name}:${key(alias)}`
  const isCalled = (user: CachedUser, alias: string) =>
    goesBy(user).some((given) => given !== null && same(given) === same(alias))
  const tags = (alias: string) => [tagOf(alias), TAG_OF_ALL_NAMES]
  const names = defineLookup<string, string>(() => ({
    ...{ name, version: 1, key, tags, memo: false, ttl: nameTtl() },
    async load(alias, { signal }) {
      const users = await listUsers(filter, [same(alias)], signal)
      return users.find((user) => isCalled(user, alias))?.id
    },
  }))
  const lookup = createAlias({ id: name, key, names, to: userById, verify: isCalled })
  let memo: Once<CachedUser | null> | undefined
  function find(alias: string): Promise<CachedUser | null> {
    if (alias.length === 0 || alias.length > LONGEST_NAME) return Promise.resolve(null)
    memo ??= lookups().defineMemo<CachedUser | null>(name)
    return memo(alias, tags(alias), () => lookup(alias))
  }
  return { find, tagOf }
}

const username = defineUserName('username', {
  filter: 'username',
  same: normalise,
  goesBy: (user) => [user.username],
})
const email = defineUserName('email', {
  filter: 'email_address',
  same: normalise,
  // An address has no business in keys, tags and errors.
  key: (address) => createHash('sha256').update(normalise(address)).digest('base64url'),
  goesBy: (user) => user.verifiedEmailAddresses,
})
const externalId = defineUserName('external-id', {
  filter: 'external_id',
  same: (id) => id,
  goesBy: (user) => [user.externalId],
})

/** The tags of everything that a user is cached under. */
export const tagsOfUser = (
  id: string,
  names: { usernames?: readonly string[]; emails?: readonly string[]; externalIds?: readonly string[] } = {},
): string[] => [
  `user:${id}`,
  TAG_OF_ALL_USERS,
  ...(names.usernames ?? []).map(username.tagOf),
  ...(names.emails ?? []).map(email.tagOf),
  ...(names.externalIds ?? []).map(externalId.tagOf),
]

/** The user with this id, or null when there is none. @throws ClerkError on a miss that Clerk does not answer. */
export const getCachedUserById = (userId: string): Promise<CachedUser | null> => userById(userId)

/** The user who has this username now, whatever its case, or null. Never one who has given the name up. */
export const getCachedUserByUsername = username.find

/** The user who has this e-mail address and has verified it, whatever its case, or null. */
export const getCachedUserByEmail = email.find

/** The user with this `external_id`, the id that your own system gave them, or null. */
export const getCachedUserByExternalId = externalId.find

/** The users with these ids in the order asked, unknown ones left out. Any number of ids; one Redis command. */
export async function getCachedUsersByIds(ids: readonly string[]): Promise<CachedUser[]> {
  const users = await userById.many(ids)
  return users.filter((user) => user !== null)
}

/** At most this many people are looked through for a role; a larger team keeps its own list of ids. */
const ROLE_CANDIDATES = 100

/**
 * Ids of the users whose `publicMetadata.role` is or contains `role`, most recently created first. Clerk cannot
 * filter by metadata, so the newest 100 users are looked through.
 */
export const userIdsByRole = defineLookup<string, string[]>(() => ({
  name: 'role',
  version: 1,
  key: (role) => role,
  tags: () => [TAG_OF_ALL_USERS],
  ttl: nameTtl(),
  grace: GRACE,
  async load(role, { signal }) {
    const newest = new URLSearchParams({ limit: String(ROLE_CANDIDATES) })
    const users = parseUsers(await clerkGet('/users', newest, signal))
    return users.filter((user) => rolesOf(user).includes(role)).map(({ id }) => id)
  },
  failure: clerkFailure,
}))

/** The roles in a user's public metadata: `role` may be one name or a list of names. */
export function rolesOf(user: Pick<CachedUser, 'publicMetadata'>): string[] {
  const { role } = user.publicMetadata
  if (typeof role === 'string') return [role]
  return Array.isArray(role) ? role.filter((name) => typeof name === 'string') : []
}
