import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { LRUCache } from 'lru-cache'
import { type CachedUser, defineUserByUsername } from '@/lib/cache/clerk-cache'
import { withPriority } from '@/lib/lookup/priority'
import { isExpert } from './expert'

/** Not the lookup by any username: that takes longer for a name that somebody has. */
const expertByUsername = defineUserByUsername('expert', isExpert)

/** Names that were asked for and not found in the last minute, by the signed-in user who asked this process. */
const unknown = new LRUCache<string, number>({ max: 5000, ttl: 60_000 })
const MOST_UNKNOWN = 20

/**
 * The expert with the name in this segment of an address, as Next gives it: percent-encoded. Null for everybody else, and
 * for a segment that cannot be decoded. A user who asks for many names that nobody has gets no more of Clerk's limit than
 * a visitor. @throws ClerkError
 */
export async function expertNamed(segment: string): Promise<CachedUser | null> {
  const { userId } = await auth()
  const read = () => expertByUsername(decode(segment))
  if (userId === null) return read()
  // Counted before it is known, because many may be asked for at a time.
  const count = (unknown.get(userId) ?? 0) + 1
  unknown.set(userId, count, { noUpdateTTL: true })
  const expert = await (count > MOST_UNKNOWN ? withPriority('normal', read) : read())
  if (expert) unknown.set(userId, (unknown.get(userId) ?? 1) - 1, { noUpdateTTL: true })
  return expert
}

/** A malformed segment is the empty name, which nobody has. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
