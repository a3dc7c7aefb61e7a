import type { Health } from '../process/health'

/** A state in words, and what helps. */
export type State = { tone: 'good' | 'warn' | 'bad'; words: string; advice: string | null }

/** Milliseconds from which on a PING is slow: a read then costs about what Clerk does. */
const SLOW = 100

const failures: Record<string, { words: string; advice: string }> = {
  timeout: {
    words: 'Too slow to answer',
    advice:
      'Pages read from Clerk instead. Look at the database’s region and load in the Upstash console, and at CACHE_REDIS_TIMEOUT_MS.',
  },
  quota: {
    words: 'Quota used up',
    advice: 'Pages read from Clerk instead. Raise the plan’s limit in the Upstash console.',
  },
  unauthorized: {
    words: 'Token not accepted',
    advice: 'Copy the standard token from the Upstash console into UPSTASH_REDIS_REST_TOKEN and deploy.',
  },
  breaker_open: {
    words: 'Breaker open',
    advice: 'It failed repeatedly and is left alone for a moment. It is tried again by itself.',
  },
}
const unreachable = {
  words: 'Not reachable',
  advice:
    'Pages read from Clerk instead. Look at status.upstash.com, then at UPSTASH_REDIS_REST_URL and the network.',
}

export function redisState(redis: Health['dependencies']['redis'], breakerOpen: boolean): State {
  if (redis.status === 'down') return { tone: 'bad', ...(failures[redis.reason] ?? unreachable) }
  if (breakerOpen) return { tone: 'warn', ...(failures.breaker_open ?? unreachable) }
  if (redis.latencyMs >= SLOW)
    return {
      tone: 'warn',
      words: `Slow: ${redis.latencyMs} ms`,
      advice: 'Is the app in the same region as the database? Look at its load in the Upstash console.',
    }
  return { tone: 'good', words: `Up, ${redis.latencyMs} ms`, advice: null }
}

export function clerkState(clerk: Health['dependencies']['clerk'], pausedMs: number): State {
  if (clerk.status === 'down')
    return clerk.reason === 'clerk_unauthorized'
      ? {
          tone: 'bad',
          words: 'Key not accepted',
          advice: 'Copy CLERK_SECRET_KEY again from Clerk’s dashboard under API keys.',
        }
      : {
          tone: 'bad',
          words: 'Not answering',
          advice: 'What is cached is served for up to an hour. Look at status.clerk.com.',
        }
  if (pausedMs > 0)
    return {
      tone: 'warn',
      words: `Told us to wait ${Math.ceil(pausedMs / 1000)} s`,
      advice: 'Too many requests in 10 s. Look below for a lookup that misses much.',
    }
  return { tone: 'good', words: `Up, ${clerk.latencyMs} ms`, advice: null }
}
