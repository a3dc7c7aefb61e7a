import { redis as redisOfApp } from '../config'
import { problemWithCode } from '../errors'
import { wordsOf } from '../lookup/redis/failures'
import type { Protocol } from '../lookup/redis/transport'
import { type Health, REDIS_SLOW_MS } from '../process/health'
import type { State } from './snapshot-schema'

/** Milliseconds. Clerk answers within 100 to 300 ms, once a connection is open. */
const CLERK_SLOW = 1000

/** The state of the app's database in words, and what to do. */
export const currentRedisState = (redis: Health['dependencies']['redis'], breakerOpen: boolean): State =>
  redisState(redis, breakerOpen, redisOfApp().protocol)

/** The state of Redis in words, and what to do. */
export function redisState(
  redis: Health['dependencies']['redis'],
  breakerOpen: boolean,
  protocol: Protocol,
): State {
  if (redis.status === 'down') {
    const { title, fix } = wordsOf(redis.reason, protocol)
    return { tone: 'bad', title, advice: `Reads fall back to Clerk until Redis is back. ${fix}` }
  }
  if (breakerOpen) {
    const { title, fix } = wordsOf('breaker_open', protocol)
    return { tone: 'warn', title, advice: fix }
  }
  if (redis.latencyMs >= REDIS_SLOW_MS)
    return {
      tone: 'warn',
      title: `Slow, ping now ${redis.latencyMs} ms`,
      advice:
        'Run the app in the same region as the database. Check the load of the database at its provider.',
    }
  return { tone: 'good', title: `Up, ping now ${redis.latencyMs} ms`, advice: null }
}

/** The state of Clerk in words, and what to do. */
export function clerkState(clerk: Health['dependencies']['clerk'], pausedMs: number): State {
  if (clerk.status === 'down') {
    const { title, fix, advice } = problemWithCode(clerk.reason)
    const meanwhile =
      'Users and tokens that are cached still work, for up to an hour after they expire. Users who are not cached are shown by their ID.'
    return { tone: 'bad', title, advice: `${meanwhile} ${fix ?? advice}` }
  }
  if (pausedMs > 0)
    return {
      tone: 'warn',
      title: `Clerk asked to wait ${Math.ceil(pausedMs / 1000)} s`,
      advice: problemWithCode('clerk_rate_limited').fix ?? null,
    }
  if (clerk.latencyMs >= CLERK_SLOW)
    return {
      tone: 'warn',
      title: `Slow, ping now ${clerk.latencyMs} ms`,
      advice: 'Check https://status.clerk.com. Reads of cached values do not wait for Clerk.',
    }
  return { tone: 'good', title: `Up, ping now ${clerk.latencyMs} ms`, advice: null }
}
