import type { Json } from '../clerk/json'
import { clerkGet } from '../clerk/request'
import { cacheSettings } from '../config'
import { adaptive } from '../lookup/declaration'
import type { Codec } from '../lookup/entry'
import {
  CACHED_USER_VERSION,
  type CachedUser,
  isStoredUser,
  parseUsersAs,
  storedPart,
  toCachedUser,
  withComputed,
} from './cached-user'
import { defineLookup } from './lookups'
import { signed } from './signed'
import { tagOfUser } from './tags'

/** The Backend API takes at most 100 values per filter. */
export const PER_REQUEST = 100

/** Whether this can be the ID of a user at Clerk. Anything else is not sent to Clerk. */
export const isUserId = (id: string) => /^user_[A-Za-z0-9_-]{1,60}$/.test(id)

/** The users that match a filter of the Backend API, which takes at most 100 values. One request. */
export async function listUsers<T>(
  filter: string,
  values: readonly string[],
  signal: AbortSignal,
  parse: (json: Json) => T,
): Promise<T[]> {
  const query = new URLSearchParams({ limit: String(PER_REQUEST) })
  for (const value of values) query.append(filter, value)
  return parseUsersAs(await clerkGet('/users', query, signal), parse)
}

/** What Clerk has of the users with these IDs, in their order. */
export async function loadUsers<T extends { id: string }>(
  ids: string[],
  signal: AbortSignal,
  parse: (json: Json) => T,
): Promise<(T | null)[]> {
  const valid = ids.filter(isUserId)
  const users = valid.length > 0 ? await listUsers('user_id', valid, signal, parse) : []
  const byId = new Map(users.map((user) => [user.id, user]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** Seconds for which an expired user is still served while Clerk cannot be reached. */
export const GRACE = 60 * 60

const ADAPTIVE = { min: 60, max: 60 * 60 }
const DEFAULT_TTL = 300

function userTtl() {
  const ttl = cacheSettings().CACHE_USER_TTL
  if (ttl !== 'adaptive') return ttl
  const byAge = adaptive(ADAPTIVE)
  // Without the time of its last change a user could be new.
  return (user: CachedUser) => (user.updatedAt > 0 ? byAge(user) : ADAPTIVE.min)
}

/** The TTL of what has no time of its last change: names and lists. */
export function nameTtl(): number {
  const ttl = cacheSettings().CACHE_USER_TTL
  return ttl === 'adaptive' ? DEFAULT_TTL : ttl
}

/** Entries are kept for their TTL and grace. Ten minutes more, because the clocks of two processes differ. Seconds. */
export function oldestEntry(): number {
  const ttl = cacheSettings().CACHE_USER_TTL
  return (ttl === 'adaptive' ? ADAPTIVE.max : ttl) + GRACE + 600
}

function codec(): Codec<CachedUser> {
  const stored = signed(isStoredUser, oldestEntry())
  return {
    encode: (user, redisKey) => stored.encode(storedPart(user), redisKey),
    decode: (text, redisKey) => withComputed(stored.decode(text, redisKey)),
  }
}
/** Users by ID, as a lookup: `fresh` reads past the memory of the request and of the process. */
export const userById = defineLookup<string, CachedUser>(() => ({
  name: 'user',
  version: CACHED_USER_VERSION,
  key: (id) => id,
  tags: (id) => [tagOfUser(id)],
  owner: (id) => id,
  ttl: userTtl(),
  grace: GRACE,
  processTtl: cacheSettings().CACHE_PROCESS_TTL,
  codec: codec(),
  loadMany: (ids, { signal }) => loadUsers(ids, signal, toCachedUser),
  batch: { max: PER_REQUEST },
}))

/**
 * A user who is signed in but was not found: Clerk may not be able to read a new user yet. Asks Clerk again, once a
 * second over the fleet, and corrects what is cached.
 */
export const newUserById = defineLookup<string, CachedUser>(() => ({
  ...{ name: 'new-user', version: CACHED_USER_VERSION, key: (id) => id, tags: (id) => [tagOfUser(id)] },
  owner: (id) => id,
  ...{ ttl: 1, negativeTtl: 1, memo: false, timeout: 25, codec: codec() },
  load: (id) => userById.reload(id),
}))
