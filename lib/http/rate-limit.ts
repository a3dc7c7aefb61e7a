import { Ratelimit } from '@upstash/ratelimit'
import type { Redis } from '@upstash/redis'
import { namespace, redis } from '../config'

export interface CallLimit {
  /** Names what is limited, in Redis. */
  name: string
  /** Most calls of one caller in a sliding window of so many seconds. */
  calls: number
  seconds: number
}

const limiters = new Map<string, Ratelimit>()

function limiter(client: Redis, { name, calls, seconds }: CallLimit): Ratelimit {
  const known = limiters.get(name)
  if (known) return known
  const made = new Ratelimit({
    redis: client,
    limiter: Ratelimit.slidingWindow(calls, `${seconds} s`),
    prefix: `${namespace()}:limit:${name}`,
    // Whoever is over the limit is refused without asking Redis again.
    ephemeralCache: new Map(),
    // Redis has a deadline of its own, and this one's passing would count as allowed.
    timeout: 0,
  })
  limiters.set(name, made)
  return made
}

/**
 * Counts one call: undefined while it is within the limit, else the seconds to wait. One Redis command. While Redis
 * does not answer nobody is refused: what is limited here asks Redis too, and fails closed by itself.
 */
export async function overLimit(limit: CallLimit, caller: string): Promise<number | undefined> {
  const answer = await redis()
    .run('limit', (client) => limiter(client, limit).limit(caller))
    .catch(() => undefined)
  if (!answer || answer.success) return undefined
  return Math.max(1, Math.ceil((answer.reset - Date.now()) / 1000))
}
