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

/**
 * Counts one call with one Redis command: undefined within the limit, else the seconds to wait. While Redis does not
 * answer, every call is allowed: what is limited here reads Redis as well, and refuses by itself.
 */
export async function overLimit(limit: CallLimit, caller: string): Promise<number | undefined> {
  const answer = await redis()
    .run('limit', (client) => limiterOf(client, limit).limit(caller))
    .catch(() => undefined)
  if (!answer || answer.success) return undefined
  return Math.max(1, Math.ceil((answer.reset - Date.now()) / 1000))
}

/** Counts one call of an action. @throws ClerkError `clerk_rate_limited` over the limit, before anything is sent */
export async function refuseOverLimit(limit: CallLimit, caller: string): Promise<void> {
  const wait = await overLimit(limit, caller)
  if (wait !== undefined) throw new ClerkError(429, wait, [OWN_CODES.ownLimit])
}
