import { LRUCache } from 'lru-cache'
import { type Priority, withPriority } from '../lookup/priority'

/** Reads of one user in a minute that may find nothing. */
const MOST_UNKNOWN = 20

/**
 * Reads of what a user names in an address: anybody who is signed in can make such names up. After 20 in a minute that
 * found nothing, a user gets no more of Clerk's limit than a visitor. Counted by each process.
 */
export function createGuesses() {
  const unknown = new LRUCache<string, number>({ max: 5000, ttl: 60_000 })
  const add = (userId: string, one: 1 | -1) => {
    // Not below zero: what was counted in the minute before has expired.
    const count = Math.max(0, (unknown.get(userId) ?? 0) + one)
    unknown.set(userId, count, { noUpdateTTL: true })
    return count
  }

  return async function guess<T>(userId: string, read: () => Promise<T | null>): Promise<T | null> {
    // Counted before it is known, because many may be asked for at a time.
    const priority: Priority = add(userId, 1) > MOST_UNKNOWN ? 'normal' : 'high'
    const found = await withPriority(priority, read)
    if (found !== null) add(userId, -1)
    return found
  }
}
