import { redis as redisOfApp } from '../config'
import { problemWithCode } from '../errors'
import { wordsOf } from '../lookup/redis/failures'
import type { Protocol } from '../lookup/redis/transport'
import type { Health } from '../process/health'
import type { State } from './snapshot-schema'

/** Milliseconds. A read from Redis that takes longer costs about as much as a request to Clerk. */
const SLOW = 100

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
    return { tone: 'bad', title, advice: `Values are loaded from Clerk meanwhile. ${fix}` }
  }
  if (breakerOpen) {
    const { title, fix } = wordsOf('breaker_open', protocol)
    return { tone: 'warn', title, advice: fix }
  }
  if (redis.latencyMs >= SLOW)
    return {
      tone: 'warn',
      title: `Slow, ping ${redis.latencyMs} ms`,
      advice:
        'Run the app in the same region as the database. Check the load of the database at its provider.',
    }
  return { tone: 'good', title: `Up, ping ${redis.latencyMs} ms`, advice: null }
}

/** The state of Clerk in words, and what to do. */
export function clerkState(clerk: Health['dependencies']['clerk'], pausedMs: number): State {
  if (clerk.status === 'down') {
    const { title, fix, advice } = problemWithCode(clerk.reason)
    const meanwhile = 'Cached values are served for up to an hour after they expire.'
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
      title: `Slow, ping ${clerk.latencyMs} ms`,
      advice: 'Check https://status.clerk.com. Reads of cached values do not wait for Clerk.',
    }
  return { tone: 'good', title: `Up, ping ${clerk.latencyMs} ms`, advice: null }
}
