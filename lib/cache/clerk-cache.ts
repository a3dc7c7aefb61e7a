import { ClerkError, clerkGet } from '../clerk'
import { env } from '../env'
import { defineLookup } from '../lookup/define-lookup'
import { type CachedUser, toCachedUser } from './cached-user'

export type { CachedUser }

/** The Backend API takes at most 100 values per filter. */
const PER_REQUEST = 100

const isUserId = (id: string) => /^user_[A-Za-z0-9_-]{1,60}$/.test(id)

async function loadUser(id: string): Promise<CachedUser | null> {
  if (!isUserId(id)) return null
  try {
    return toCachedUser(await clerkGet(`/users/${id}`, new URLSearchParams()))
  } catch (error) {
    if (error instanceof ClerkError && error.status === 404) return null
    throw error
  }
}

/** Users of one list request, for a filter of the Backend API with at most 100 values. */
async function listUsers(filter: string, values: readonly string[]): Promise<CachedUser[]> {
  const query = new URLSearchParams({ limit: String(PER_REQUEST) })
  for (const value of values) query.append(filter, value)
  const list = await clerkGet('/users', query)
  return Array.isArray(list) ? list.map(toCachedUser) : []
}

async function loadUsers(ids: string[]): Promise<(CachedUser | null)[]> {
  const valid = [...new Set(ids.filter(isUserId))]
  const chunks = Array.from({ length: Math.ceil(valid.length / PER_REQUEST) }, (_, i) =>
    valid.slice(i * PER_REQUEST, (i + 1) * PER_REQUEST),
  )
  const lists = await Promise.all(chunks.map((chunk) => listUsers('user_id', chunk)))
  const byId = new Map(lists.flat().map((user) => [user.id, user]))
  return ids.map((id) => byId.get(id) ?? null)
}

const userTtl = () => env().CACHE_USER_TTL

export const userById = defineLookup({
  name: 'user',
  version: 1,
  key: (id: string) => id,
  ttl: userTtl,
  load: loadUser,
  loadMany: loadUsers,
})

/** Clerk compares usernames without regard to case. */
const normalise = (username: string) => username.normalize('NFKC').toLowerCase()

/** A username leads to an id only; the user itself is always read under its own key. */
export const userIdByUsername = defineLookup<string, string | null>({
  name: 'username',
  version: 1,
  key: (username) => encodeURIComponent(normalise(username)),
  ttl: userTtl,
  load: async (username) => {
    const [user] = await listUsers('username', [normalise(username)])
    return user && user.username !== null && normalise(user.username) === normalise(username) ? user.id : null
  },
})

/** The user with this id, or null when there is none. @throws ClerkError on a miss that Clerk does not answer. */
export const getCachedUserById = (userId: string): Promise<CachedUser | null> => userById(userId)

/** The user who has this username now, or null. A name whose owner has changed is asked for again. */
export async function getCachedUserByUsername(username: string): Promise<CachedUser | null> {
  if (username.length === 0 || username.length > 256) return null
  for (let attempt = 0; attempt < 2; attempt++) {
    const id = await userIdByUsername(username)
    if (id === null) return null
    const user = await userById(id)
    if (user?.username && normalise(user.username) === normalise(username)) return user
    await userIdByUsername.invalidate(username)
  }
  return null
}

/** The users with these ids in the order asked, unknown ones left out. Any number of ids; one Redis command. */
export async function getCachedUsersByIds(ids: readonly string[]): Promise<CachedUser[]> {
  const users = await userById.many([...ids])
  return users.filter((user) => user !== null)
}

/** At most this many people are looked through for a role; a larger team keeps its own list of ids. */
const ROLE_CANDIDATES = 100

/**
 * Ids of the users whose `publicMetadata.role` is or contains `role`, most recently created first. Clerk cannot
 * filter by metadata, so the newest 100 users are looked through.
 */
export const userIdsByRole = defineLookup<string, string[]>({
  name: 'role',
  version: 1,
  key: (role) => encodeURIComponent(role),
  ttl: userTtl,
  load: async (role) => {
    const list = await clerkGet('/users', new URLSearchParams({ limit: String(ROLE_CANDIDATES) }))
    const users = Array.isArray(list) ? list.map(toCachedUser) : []
    return users.filter((user) => rolesOf(user).includes(role)).map(({ id }) => id)
  },
})

/** The roles in a user's public metadata: `role` may be one name or a list of names. */
export function rolesOf(user: Pick<CachedUser, 'publicMetadata'>): string[] {
  const { role } = user.publicMetadata
  if (typeof role === 'string') return [role]
  return Array.isArray(role) ? role.filter((name) => typeof name === 'string') : []
}
