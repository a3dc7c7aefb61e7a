import { namespace, redis } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { ClerkError, OWN_CODES } from './error'

/** A pause of the whole fleet after Clerk answered 429, in milliseconds of `performance.now()`. */
const pause = onePerProcess('clerk-pause', () => ({ until: 0, lookedAt: Number.NEGATIVE_INFINITY }))

/** Until when this process knows of a pause, in milliseconds of `performance.now()`. */
export const clerkPause = (): { readonly until: number } => pause

const pauseKey = () => `${namespace()}:clerk-paused`

/** A process that calls Clerk looks in Redis for a pause that another process has set, at most this often. */
const LOOK_EVERY_MS = 1000

/** @throws ClerkError `clerk_rate_limited` during a pause */
export async function refuseWhilePaused(): Promise<void> {
  const now = performance.now()
  if (now >= pause.until && now - pause.lookedAt >= LOOK_EVERY_MS) {
    pause.lookedAt = now
    const left = await redis()
      .run('pttl', (client) => client.pttl(pauseKey()))
      .catch(() => 0)
    if (left > 0) pause.until = now + left
  }
  const wait = pause.until - performance.now()
  if (wait > 0) throw new ClerkError(429, Math.ceil(wait / 1000), [OWN_CODES.paused])
}

/** No process of the fleet calls Clerk for so many seconds. */
export async function pauseFleet(seconds: number): Promise<void> {
  pause.until = Math.max(pause.until, performance.now() + seconds * 1000)
  // Without Redis, each process gets its own 429.
  await redis()
    .run('set', (client) => client.set(pauseKey(), '1', { ex: seconds }))
    .catch(() => undefined)
}
