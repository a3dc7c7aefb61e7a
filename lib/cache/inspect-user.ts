import { cacheSettings } from '../config'
import { type Inspection, inspect } from '../lookup/inspect'
import { CACHED_USER_VERSION } from './cached-user'
import { userById } from './clerk-cache'
import { revocationMarkersOf } from './revocation-markers'

/** Seconds between which the age is: TTLs are shortened by up to 10 % at random. Null if not known. */
function ageOf({ value, hardSeconds }: Pick<Inspection<unknown>, 'value' | 'hardSeconds'>) {
  const ttl = cacheSettings().CACHE_USER_TTL
  // What was not found has another TTL, and an adaptive one is not stored.
  if (!value || hardSeconds === null || ttl === 'adaptive') return null
  return { least: Math.max(0, Math.floor(0.9 * ttl) - hardSeconds), most: Math.max(0, ttl - hardSeconds) }
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
    age: ageOf(entry),
  }
}

export type UserEntry = Awaited<ReturnType<typeof inspectUser>>
