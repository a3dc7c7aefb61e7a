import { toCachedUser } from '@/lib/cache/cached-user'
import { type CachedUser, getCachedUsersByIds, userById, userIdsByRole } from '@/lib/cache/clerk-cache'
import { loadUsers } from '@/lib/cache/user-lookup'
import { onClerkRequest } from '@/lib/clerk/events'
import type { Problem } from '@/lib/errors'
import { problemToShow } from '@/lib/http/problem-to-show'
import { withPriority } from '@/lib/lookup/priority'
import { onRedisRequest } from '@/lib/lookup/redis/client'
import { currentOutage, withRedis } from '@/lib/process/current-outage'
import { memoizeFor } from '@/lib/process/memoize-for'
import { isExpert } from '../experts/expert'

/** The same users read twice. Times in milliseconds, `at` since 1970. */
interface Measured {
  /** Of the first of them. */
  ids: string[]
  count: number
  /** Whether there are more experts than were read. */
  isPart: boolean
  clerk: { requests: number; ms: number }
  cache: { requests: number; ms: number }
  at: number
}

export type Comparison = Omit<Measured, 'ids'> & { users: CachedUser[] }

/** One request to Clerk has room for no more. */
const MOST_USERS = 100
/** As many as fit on a phone. */
const MOST_FACES = 8
const CLERK_TIMEOUT_MS = 5_000
/** A reading of a process counts what others do meanwhile. One of a few is undisturbed. */
const TRIES = 3

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now()
  const value = await work()
  return { value, ms: performance.now() - started }
}

/** What this process sends to Redis and Clerk while `work` runs. */
async function counted<T>(work: () => Promise<T>) {
  const requests = { redis: 0, clerk: 0 }
  const off = [
    onRedisRequest('comparison', () => requests.redis++),
    onClerkRequest('comparison', () => requests.clerk++),
  ]
  try {
    return { ...(await timed(work)), requests }
  } finally {
    for (const stop of off) stop()
  }
}

/** The read with the fewest requests, or null if the cache did not answer alone. */
async function readCached(ids: string[]): Promise<Measured['cache'] | null> {
  let best: Measured['cache'] | null = null
  for (let i = 0; i < TRIES && (best === null || best.requests > 1); i++) {
    const { ms, requests } = await counted(() => getCachedUsersByIds(ids))
    if (requests.clerk === 0 && (best === null || requests.redis < best.requests))
      best = { ms, requests: requests.redis }
  }
  return best
}

/** The cache did not answer alone: Redis is not responding, or keeps nothing. */
class AskedClerk extends Error {}

/**
 * Reads the users of the experts page from Clerk and from the cache, and says what each took. Null without experts. Fails
 * while Clerk or Redis is not responding, and while much of Clerk's limit is used: this is the first request to give way.
 */
async function measure(): Promise<Measured | null> {
  const all = (await userIdsByRole('expert')) ?? []
  // The comparison is with users who are cached. The list of IDs has banned people too.
  const users = await getCachedUsersByIds(all.slice(0, MOST_USERS))
  const ids = users.filter(isExpert).map(({ id }) => id)
  if (ids.length === 0) return null
  const direct = await timed(() => loadUsers(ids, AbortSignal.timeout(CLERK_TIMEOUT_MS), toCachedUser))
  const cache = await readCached(ids)
  if (!cache) throw new AskedClerk()
  return {
    ids: ids.slice(0, MOST_FACES),
    count: ids.length,
    isPart: all.length > MOST_USERS,
    clerk: { requests: 1, ms: direct.ms },
    cache,
    at: Date.now(),
  }
}

/** With the lowest priority, for members too: it must not take what others need of Clerk's limit. */
const measured = memoizeFor(60_000, 'comparison', () => withPriority('low', measure))

type Trouble = Pick<Problem, 'title' | 'status' | 'retryAfter'>

const ASKED_CLERK = { title: 'The users were not in the cache', status: 503 }

const troubleOf = async (error: unknown): Promise<Trouble> =>
  error instanceof AskedClerk ? ((await currentOutage()) ?? ASKED_CLERK) : withRedis(problemToShow(error))

/** Or why there is none, shared for 5 s, after which it helps to try again. */
const measuredOrProblem = memoizeFor<Measured | Trouble | null>(5_000, 'comparison-or-problem', () =>
  measured().catch(troubleOf),
)

/**
 * The latest comparison, at most a minute old, with the first of its users as the cache has them now: nothing of a user is kept here. Null
 * without experts; or why there is none. However many people look, a process measures once a minute, and in an outage tries once in 5 s.
 * Nothing else here asks Clerk.
 */
export async function latestComparison(): Promise<Comparison | Trouble | null> {
  const found = await measuredOrProblem()
  if (!found || !('ids' in found)) return found
  const { ids, ...comparison } = found
  // One who was banned since must not be shown.
  const users = await Promise.all(ids.map((id) => userById.peek(id)))
  return { ...comparison, users: users.flatMap((user) => (user && isExpert(user) ? user : [])) }
}
