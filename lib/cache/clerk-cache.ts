import { clerkFailure } from '../clerk/error'
import { clerkGet } from '../clerk/request'
import { cacheSettings } from '../config'
import type { Once } from '../lookup/create-lookups'
import { adaptive } from '../lookup/declaration'
import { createAlias } from './alias'
import { CACHED_USER_VERSION, type CachedUser, parseUsers } from './cached-user'
import { defineLookup, lookups } from './lookups'
import {
  keyOfName,
  type NameKind,
  normalizeName,
  TAG_OF_ALL_USERS,
  tagOfAllNames,
  tagOfName,
  tagOfUser,
} from './tags'

export type { CachedUser }

/** The Backend API takes at most 100 values per filter. */
const PER_REQUEST = 100

/** A username has at most 64 characters and an e-mail address 254, so a longer name is not sent to Clerk. */
const LONGEST_NAME = 256

/** Whether this can be the ID of a user at Clerk. Anything else is not sent to Clerk. */
export const isUserId = (id: string) => /^user_[A-Za-z0-9_-]{1,60}$/.test(id)

/** The users that match a filter of the Backend API, which takes at most 100 values. One request. */
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

/** Seconds for which an expired user is still served while Clerk cannot be reached. */
const GRACE = 60 * 60

const ADAPTIVE = { min: 60, max: 60 * 60 }
const DEFAULT_TTL = 300

function userTtl() {
  const ttl = cacheSettings().CACHE_USER_TTL
  return ttl === 'adaptive' ? adaptive(ADAPTIVE) : ttl
}

/** The TTL of what has no time of its last change: names and lists. */
function nameTtl(): number {
  const ttl = cacheSettings().CACHE_USER_TTL
  return ttl === 'adaptive' ? DEFAULT_TTL : ttl
}

export const userById = defineLookup<string, CachedUser>(() => ({
  name: 'user',
  version: CACHED_USER_VERSION,
  key: (id) => id,
  tags: (id) => [tagOfUser(id)],
  ttl: userTtl(),
  grace: GRACE,
  processTtl: cacheSettings().CACHE_PROCESS_TTL,
  loadMany: (ids, { signal }) => loadUsers(ids, signal),
  batch: { max: PER_REQUEST },
  failure: clerkFailure,
}))

/**
 * Another name for a user. It leads to an id only: the user is read under its own key and must still go by the name,
 * so that a name never returns its previous owner.
 */
const defineUserName = (
  name: NameKind,
  {
    filter,
    same,
    goesBy,
  }: {
    filter: string
    /** The form in which equal names are the same text. */
    same(name: string): string
    goesBy(user: CachedUser): readonly (string | null)[]
  },
) => {
  const isCalled = (user: CachedUser, alias: string) =>
    goesBy(user).some((given) => given !== null && same(given) === same(alias))
  const key = keyOfName[name]
  const tags = (alias: string) => [tagOfName(name, alias), tagOfAllNames(name)]
  const names = defineLookup<string, string>(() => ({
    ...{ name, version: 1, key, tags, memo: false, ttl: nameTtl() },
    async load(alias, { signal }) {
      const users = await listUsers(filter, [same(alias)], signal)
      return users.find((user) => isCalled(user, alias))?.id
    },
  }))
  const lookup = createAlias({ id: name, key, names, to: userById, verify: isCalled })
  let memo: Once<CachedUser | null> | undefined
  return (alias: string): Promise<CachedUser | null> => {
    if (alias.length === 0 || alias.length > LONGEST_NAME) return Promise.resolve(null)
    memo ??= lookups().defineMemo<CachedUser | null>(name)
    return memo(alias, tags(alias), () => lookup(alias))
  }
}

/** The user with this ID, or null if there is none. @throws ClerkError if the user is not cached and Clerk fails. */
export const getCachedUserById = (userId: string): Promise<CachedUser | null> => userById(userId)

/** The user who has this username now, or null. Ignores case. A user who has given the username up is never returned. */
export const getCachedUserByUsername = defineUserName('username', {
  filter: 'username',
  same: normalizeName,
  goesBy: (user) => [user.username],
})

/** The user who has verified this e-mail address, or null. Ignores case. */
export const getCachedUserByEmail = defineUserName('email', {
  filter: 'email_address',
  same: normalizeName,
  goesBy: (user) => user.verifiedEmailAddresses,
})

/** The user with this external ID, which is the ID in your own system, or null. */
export const getCachedUserByExternalId = defineUserName('external-id', {
  filter: 'external_id',
  same: (id) => id,
  goesBy: (user) => [user.externalId],
})

/** The users with these IDs, in this order, without the ones that do not exist. Any number of IDs; one Redis command. */
export async function getCachedUsersByIds(ids: readonly string[]): Promise<CachedUser[]> {
  const users = await userById.many(ids)
  return users.filter((user) => user !== null)
}

/** How many users are searched for a role. If you have more people with roles, keep a list of their IDs yourself. */
const ROLE_CANDIDATES = 100

/**
 * The IDs of the users whose `publicMetadata.role` is or contains this role, newest first. Clerk cannot filter by
 * metadata, so only the 100 newest users are searched.
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

/** The roles in a user's public metadata, where `role` is one name or a list of names. */
export function rolesOf(user: Pick<CachedUser, 'publicMetadata'>): string[] {
  const { role } = user.publicMetadata
  if (typeof role === 'string') return [role]
  return Array.isArray(role) ? role.filter((name) => typeof name === 'string') : []
}
