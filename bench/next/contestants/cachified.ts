import { type Cache, type CacheEntry, cachified } from '@epic-web/cachified'
import type { CachedUser } from '@/lib/cache/cached-user'
import { loadUser } from '../load'
import { redis } from '../redis'

const cache: Cache = {
  get: (key) => redis().get<CacheEntry>(key),
  set: (key, entry) => redis().set(key, entry, { ex: 3600 }),
  delete: (key) => redis().unlink(key),
}

export const read = (id: string) =>
  cachified<CachedUser>({ key: `cachified:${id}`, cache, ttl: 3_600_000, getFreshValue: () => loadUser(id) })
