import { cacheSettings } from '../config'
import { inspect } from '../lookup/inspect'
import { CACHED_USER_VERSION } from './cached-user'
import { userById } from './clerk-cache'
import { revocationMarkersOf } from './revocation-markers'

/** The highest age of an entry in seconds. It may be younger, because a TTL is shortened by up to 10 % at random. */
function highestAge(hardSeconds: number | null): number | null {
  const ttl = cacheSettings().CACHE_USER_TTL
  return hardSeconds === null || ttl === 'adaptive' ? null : Math.max(0, ttl - hardSeconds)
}

/**
 * What Redis has of a user: the value that the next read returns, the size of the entry and how long its keys are kept.
 * Seconds and bytes; null for a key that does not exist.
 * @throws LookupError if Redis is not responding
 */
export async function inspectUser(id: string) {
  const entry = await inspect(userById, id, { revocationMarkers: revocationMarkersOf(id) })
  return {
    ...entry,
    bytes: entry.bytes ?? 0,
    version: CACHED_USER_VERSION,
    oldestAge: highestAge(entry.hardSeconds),
  }
}

export type UserEntry = Awaited<ReturnType<typeof inspectUser>>
