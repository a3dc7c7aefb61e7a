import { isTexts } from '../clerk/json'
import { clerkGet } from '../clerk/request'
import { json } from '../lookup/json'
import { type CachedUser, isBlocked, parseUsers } from './cached-user'
import { defineLookup, defineMemo } from './lookups'
import { TAG_OF_ALL_USERS } from './tags'
import { GRACE, nameTtl, userById } from './user-lookup'

export { isUserId, newUserById, userById } from './user-lookup'
export {
  defineUserByUsername,
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserByUsername,
} from './user-names'
export type { CachedUser }
export { isBlocked }

const once = defineMemo<CachedUser[]>('users')

/** The user with this ID, or null if there is none. @throws ClerkError if the user is not cached and Clerk fails. */
export const getCachedUserById = (userId: string): Promise<CachedUser | null> => userById(userId)

/** The users with these IDs, in this order, without the ones that do not exist. Any number of IDs; one Redis command. */
export const getCachedUsersByIds = (ids: readonly string[]): Promise<CachedUser[]> =>
  once(JSON.stringify(ids), async () => (await userById.many(ids)).filter((user) => user !== null))

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
  codec: json((ids): ids is string[] => isTexts(ids) && ids.length <= ROLE_CANDIDATES),
  async load(role, { signal }) {
    const newest = new URLSearchParams({ limit: String(ROLE_CANDIDATES) })
    const users = parseUsers(await clerkGet('/users', newest, signal))
    return users.filter((user) => rolesOf(user).includes(role)).map(({ id }) => id)
  },
}))

/** The roles in a user's public metadata, where `role` is one name or a list of names. */
export function rolesOf(user: Pick<CachedUser, 'publicMetadata'>): string[] {
  const { role } = user.publicMetadata
  if (typeof role === 'string') return [role]
  return Array.isArray(role) ? role.filter((name) => typeof name === 'string') : []
}
