import { type CachedUser, toCachedUser } from '@/lib/cache/cached-user'
import { defineLookup } from '@/lib/cache/lookups'
import { tagOfUser } from '@/lib/cache/tags'
import { loadUsers } from '@/lib/cache/user-lookup'

/** Users with a process cache, as CACHE_PROCESS_TTL gives it to all of them. */
export const read = defineLookup<string, CachedUser>(() => ({
  ...{
    name: 'held-user',
    version: 1,
    key: (id) => id,
    tags: (id) => [tagOfUser(id)],
    ttl: 3600,
    processTtl: 600,
  },
  loadMany: (ids, { signal }) => loadUsers(ids, signal, toCachedUser),
}))
