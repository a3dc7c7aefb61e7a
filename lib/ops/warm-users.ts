import { parseUsers } from '../cache/cached-user'
import { userById } from '../cache/clerk-cache'
import { lookups, refreshesSettled } from '../cache/lookups'
import { clerkGet } from '../clerk/request'
import { KitError } from '../lookup/errors'
import { withPriority } from '../lookup/priority'
import type { RateLimitedRetry } from './rate-limited-retry'

/** Users per request to Clerk: the most values of a filter. */
const PER_REQUEST = 100
/** Milliseconds to wait for a page of a list. */
const TIMEOUT = 10_000

/** Redis did not store the loaded users. Going on would use up requests to Clerk for nothing. */
export class NothingKeptError extends KitError<'redis_unavailable'> {
  static override readonly kind: string = 'NothingKeptError'
  constructor(code: string) {
    super('redis_unavailable', `Redis did not store the loaded users (${code}). Check the settings of Redis.`)
  }
}

/**
 * Loads the users who are not cached yet, 100 with each request. Users who are cached cost no request, unless a refresh
 * is due. `onProgress` is called with the number of IDs that are done, and how many of those Clerk does not know.
 * @throws ClerkError; NothingKeptError, whose code is `redis_unavailable`
 */
export async function warmUsers(
  ids: readonly string[],
  {
    retry,
    onProgress,
  }: { retry: RateLimitedRetry; onProgress(done: number, unknown: number): Promise<void> },
): Promise<void> {
  let unkept: string | undefined
  const off = lookups().on((event) => {
    if (event.type === 'uncached' && event.code !== 'waited_too_long') unkept = event.code
  })
  const insist = () => {
    if (unkept !== undefined) throw new NothingKeptError(unkept)
  }
  try {
    await retry.run(async () => {
      unkept = await lookups().store.check()
      insist()
    })
    let unknown = 0
    for (let from = 0; from < ids.length; from += PER_REQUEST) {
      const batch = ids.slice(from, from + PER_REQUEST)
      const warm = async () => {
        unkept = undefined
        // `warm` does not throw. The second read costs no request, and throws what went wrong.
        await userById.warm(batch)
        await refreshesSettled()
        insist()
        return (await userById.many(batch)).filter((user) => user === null).length
      }
      unknown += await retry.run(() => withPriority('low', warm))
      await onProgress(from + batch.length, unknown)
    }
  } finally {
    off()
  }
}

/** IDs of the most recently active users, the latest first. One request for each 100. @throws ClerkError */
export async function recentlyActive(count: number, retry: RateLimitedRetry): Promise<string[]> {
  const ids = new Set<string>()
  for (let offset = 0; offset < count; offset += PER_REQUEST) {
    const limit = Math.min(PER_REQUEST, count - offset)
    const query = new URLSearchParams({
      order_by: '-last_active_at',
      limit: String(limit),
      offset: String(offset),
    })
    const listed = await retry.run(() => withPriority('low', () => clerkGet('/users', query, TIMEOUT)))
    const users = parseUsers(listed)
    for (const { id } of users) ids.add(id)
    if (!Array.isArray(listed) || listed.length < limit) break
  }
  return [...ids]
}
