import { ClerkError } from '../clerk/error'
import { clerkGet } from '../clerk/request'
import { redis } from '../config'
import { RedisError } from '../lookup/redis/client'

type Dependency = { status: 'up'; latencyMs: number } | { status: 'down'; reason: string }
export type Health = {
  status: 'ok' | 'degraded' | 'down'
  dependencies: { redis: Dependency; clerk: Dependency }
}

async function probe(ask: () => Promise<unknown>): Promise<Dependency> {
  const started = performance.now()
  try {
    await ask()
    return { status: 'up', latencyMs: Math.round(performance.now() - started) }
  } catch (error) {
    if (error instanceof RedisError) return { status: 'down', reason: error.reason }
    if (error instanceof ClerkError) return { status: 'down', reason: error.code }
    throw error
  }
}

/** Clerk does not count requests for its key set, but a flood of health checks is still none of its business. */
const SHARED_MS = 5_000
const CLERK_TIMEOUT_MS = 3_000
let last: { at: number; health: Promise<Health> } | undefined

/**
 * The state of what the app stands on. Redis out: values come from Clerk. Clerk out: values come from Redis until
 * they expire. Both out: `down`. Checks within 5 s share one answer.
 */
export function checkHealth(): Promise<Health> {
  const now = performance.now()
  if (!last || now - last.at > SHARED_MS) last = { at: now, health: check() }
  return last.health
}

async function check(): Promise<Health> {
  const [redisState, clerkState] = await Promise.all([
    probe(() => redis().insist('ping', (client) => client.ping())),
    probe(() => clerkGet('/jwks', new URLSearchParams(), AbortSignal.timeout(CLERK_TIMEOUT_MS))),
  ])
  const up = [redisState, clerkState].filter(({ status }) => status === 'up').length
  return {
    status: up === 2 ? 'ok' : up === 1 ? 'degraded' : 'down',
    dependencies: { redis: redisState, clerk: clerkState },
  }
}
