import { cache } from 'react'
import type { CachedUser } from '@/lib/cache/cached-user'
import { loadUser } from '../load'
import { redis } from '../redis'

export const keyOf = (id: string) => `bare:${id}`

/** The cache that one writes in ten lines: React's `cache()` over a GET. */
export const read = cache(async (id: string): Promise<CachedUser> => {
  const found = await redis().get<CachedUser>(keyOf(id))
  if (found) return found
  const user = await loadUser(id)
  await redis().set(keyOf(id), user, { ex: 3600 })
  return user
})
