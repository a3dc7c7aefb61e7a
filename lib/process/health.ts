import { clerkBudget } from '../clerk/budget'
import { ClerkError, type ClerkErrorCode } from '../clerk/error'
import { clerkGet } from '../clerk/request'
import { redis } from '../config'
import { RedisError, type RedisFailure } from '../lookup/redis/failures'
import { memoizeFor } from './memoize-for'

type Dependency<Reason> = { status: 'up'; latencyMs: number } | { status: 'down'; reason: Reason }
export type Health = {
  status: 'ok' | 'degraded' | 'down'
  dependencies: { redis: Dependency<RedisFailure>; clerk: Dependency<ClerkErrorCode> }
}

async function probe<Reason>(
  ask: () => Promise<unknown>,
  reasonOf: (error: unknown) => Reason | undefined,
): Promise<Dependency<Reason>> {
  const started = performance.now()
  try {
    await ask()
    return { status: 'up', latencyMs: Math.round(performance.now() - started) }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    return { status: 'down', reason }
  }
}

/** What anybody may know: not why a dependency is down, nor how fast it answers. */
export const coarse = ({ status, dependencies: { redis, clerk } }: Health) => ({
  status,
  dependencies: { redis: { status: redis.status }, clerk: { status: clerk.status } },
})

/** Milliseconds. A read from Redis that takes longer costs about as much as a request to Clerk. */
export const REDIS_SLOW_MS = 100

/** One slow ping says little: while Redis is slow, the fastest of three counts. */
async function pingRedis(): Promise<Health['dependencies']['redis']> {
  const ping = () =>
    probe(
      () => redis().insist('ping', (client) => client.ping()),
      (error) => (error instanceof RedisError ? error.reason : undefined),
    )
  let fastest = await ping()
  for (let more = 2; more > 0 && fastest.status === 'up' && fastest.latencyMs >= REDIS_SLOW_MS; more--) {
    const next = await ping()
    if (next.status === 'down' || next.latencyMs < fastest.latencyMs) fastest = next
  }
  return fastest
}

/** Many health checks at once are one request to Redis and one to Clerk. Milliseconds. */
const SHARED_MS = 5_000
const CLERK_TIMEOUT_MS = 3_000

/**
 * The state of Redis and Clerk. Without Redis, values come from Clerk; without Clerk, from Redis until they expire;
 * without both the app is `down`. Checks within 5 s share one answer.
 */
export const checkHealth = memoizeFor(SHARED_MS, 'health', check)

/** The state of Redis alone, shared in the same way. */
export const checkRedis = memoizeFor(SHARED_MS, 'health-of-redis', pingRedis)

async function check(): Promise<Health> {
  const [redisState, clerkState] = await Promise.all([
    checkRedis(),
    probe(
      async () => {
        clerkBudget().refuseWhilePaused()
        return clerkGet('/jwks', new URLSearchParams(), CLERK_TIMEOUT_MS)
      },
      (error) => (error instanceof ClerkError ? error.code : undefined),
    ),
  ])
  const up = [redisState, clerkState].filter(({ status }) => status === 'up').length
  return {
    status: up === 2 ? 'ok' : up === 1 ? 'degraded' : 'down',
    dependencies: { redis: redisState, clerk: clerkState },
  }
}
