import { z } from 'zod'
import { userById } from '../cache/clerk-cache'
import { lookups, refreshesSettled } from '../cache/lookups'
import { clerkGet } from '../clerk/request'
import { KitError } from '../lookup/errors'
import type { Patience } from './rate-limited-retry'

/** Users of one request to Clerk: as many as its filters take, and a page of its lists. */
const PER_REQUEST = 100
/** Milliseconds a page of a list may take. */
const TIMEOUT = 10_000

/** Without Redis a loaded user is kept nowhere: warming would spend Clerk's requests for nothing. */
export class NothingKeptError extends KitError<'redis_unavailable'> {
  constructor(code: string) {
    super(
      'redis_unavailable',
      `Redis did not take what was loaded (${code}). Look at UPSTASH_REDIS_REST_URL and _TOKEN, then repeat.`,
    )
  }
}

/**
 * Loads the users who are not cached yet, a request at a time; those who are cost none, or one for the refresh that
 * was due. `onProgress` hears how many
 * of the ids are dealt with, and how many of them Clerk does not know.
 * @throws ClerkError; NothingKeptError, whose code is `redis_unavailable`
 */
export async function warmUsers(
  ids: readonly string[],
  { patience, onProgress }: { patience: Patience; onProgress(done: number, unknown: number): Promise<void> },
): Promise<void> {
  let unkept: string | undefined
  const off = lookups().on((event) => {
    if (event.type === 'uncached' && event.code !== 'waited_too_long') unkept = event.code
  })
  const insist = () => {
    if (unkept !== undefined) throw new NothingKeptError(unkept)
  }
  try {
    await patience.take(async () => {
      unkept = await lookups().store.check()
      insist()
    })
    let unknown = 0
    for (let from = 0; from < ids.length; from += PER_REQUEST) {
      const batch = ids.slice(from, from + PER_REQUEST)
      unknown += await patience.take(async () => {
        unkept = undefined
        // Settles them all; the second read costs no request and says what was wrong, if anything was.
        await userById.warm(batch)
        await refreshesSettled()
        insist()
        return (await userById.many(batch)).filter((user) => user === null).length
      })
      await onProgress(from + batch.length, unknown)
    }
  } finally {
    off()
  }
}

const page = z.array(z.object({ id: z.string() }))

/** Ids of the users who were active last, the latest first: one request for each 100. @throws ClerkError */
export async function recentlyActive(count: number, patience: Patience): Promise<string[]> {
  const ids = new Set<string>()
  for (let offset = 0; offset < count; offset += PER_REQUEST) {
    const limit = Math.min(PER_REQUEST, count - offset)
    const query = new URLSearchParams({
      order_by: '-last_active_at',
      limit: String(limit),
      offset: String(offset),
    })
    const users = page.parse(
      await patience.take(() => clerkGet('/users', query, AbortSignal.timeout(TIMEOUT))),
    )
    for (const { id } of users) ids.add(id)
    if (users.length < limit) break
  }
  return [...ids]
}
