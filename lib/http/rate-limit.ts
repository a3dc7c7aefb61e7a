import { Ratelimit } from '@upstash/ratelimit'
import type { Redis } from '@upstash/redis'
import { ClerkError, OWN_CODES } from '../clerk/error'
import { namespace, redis } from '../config'

export interface CallLimit {
  /** Names the limit in Redis. */
  name: string
  /** Calls that one caller can make in a sliding window of this many seconds. */
  calls: number
  seconds: number
}

/** A map without its oldest entries, once there are more than `most`. */
export function createBoundedMap(most: number): Map<string, number> {
  class BoundedMap extends Map<string, number> {
    override set(key: string, value: number) {
      super.set(key, value)
      for (const oldest of this.keys()) {
        if (this.size <= most) break
        this.delete(oldest)
      }
      return this
    }
  }
  return new BoundedMap()
}

/** The callers over a limit that a process remembers. It asks Redis about the others. */
const MOST_REMEMBERED = 1000

const limiters = new Map<string, Ratelimit>()

function limiterOf(client: Redis, { name, calls, seconds }: CallLimit): Ratelimit {
  const existing = limiters.get(name)
  if (existing) return existing
  const limiter = new Ratelimit({
    redis: client,
    limiter: Ratelimit.slidingWindow(calls, `${seconds} s`),
    prefix: `${namespace()}:limit:${name}`,
    // Callers over the limit are refused from memory, without a Redis command.
    ephemeralCache: createBoundedMap(MOST_REMEMBERED),
    // No deadline here: the library counts a timeout as allowed, and the Redis client has its own deadline.
    timeout: 0,
  })
  limiters.set(name, limiter)
  return limiter
}

/** What callers have sent to this process, in windows of their limits. */
const here = createBoundedMap(10_000)

/** Counts one call in this process alone. */
function overLimitHere({ name, calls, seconds }: CallLimit, caller: string): number | undefined {
  const window = Math.floor(Date.now() / 1000 / seconds)
  const key = `${name}:${caller}:${window}`
  const count = (here.get(key) ?? 0) + 1
  here.set(key, count)
  return count > calls ? Math.ceil((window + 1) * seconds - Date.now() / 1000) : undefined
}

/**
 * Counts one call with one Redis command: undefined within the limit, else the seconds to wait. While Redis cannot count,
 * because it is not responding or refuses writes, each process counts alone.
 */
export async function overLimit(limit: CallLimit, caller: string): Promise<number | undefined> {
  const answer = await redis()
    .run('limit', (client) => limiterOf(client, limit).limit(caller))
    .catch(() => undefined)
  if (!answer) return overLimitHere(limit, caller)
  return answer.success ? undefined : Math.max(1, Math.ceil((answer.reset - Date.now()) / 1000))
}

/** Counts one call of an action. @throws ClerkError `clerk_rate_limited` over the limit, before anything is sent */
export async function refuseOverLimit(limit: CallLimit, caller: string): Promise<void> {
  const wait = await overLimit(limit, caller)
  if (wait !== undefined) throw new ClerkError(429, wait, [OWN_CODES.ownLimit])
}
