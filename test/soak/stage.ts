import { startFaultProxy } from '../../local/fault-proxy'
import { startStandIns } from '../../local/stand-ins'
import { type KitApp, startKitApp } from '../support/kit-app'
import type { Environment } from '../support/next'
import { SOAK_PORT } from '../support/ports'
import { createChecker } from './checker'
import type { Random } from './random'
import { startWebhookRelay } from './webhooks'

const SERVERS = [0, 1]

export type Stage = Awaited<ReturnType<typeof startSoakStage>>

/** Two servers of the built kit app, each with proxies of its own before Redis and Clerk, and what stands behind them. */
export async function startSoakStage(options: { build: string; random: Random; env?: Environment }) {
  const { build, random, env } = options
  const ports = { clerk: 0, upstash: 0, google: 0 }
  const standIns = await startStandIns(SOAK_PORT, { ports, redis: 'server', keepsData: true })
  const { clerk, upstash, engine } = standIns
  const now = { fault: 'no fault' }
  const truth = {
    user: (id: string) => clerk.users().find((user) => user.id === id),
    users: clerk.users,
    tokenInfo: clerk.tokenInfo,
  }
  const checker = createChecker(truth, () => now.fault)
  const relay = await startWebhookRelay({
    targets: SERVERS.map((i) => `http://localhost:${SOAK_PORT + i}`),
    checker,
    random,
  })
  clerk.webhooks.target({ url: relay.url, secret: standIns.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
  const proxies = await Promise.all(
    SERVERS.map(async () => ({
      redis: await startFaultProxy({ target: upstash.url, random: random.next }),
      clerk: await startFaultProxy({ target: clerk.url, random: random.next }),
    })),
  )
  const servers: KitApp[] = await Promise.all(
    proxies.map(({ redis, clerk: toClerk }, i) =>
      startKitApp(build, SOAK_PORT + i, {
        ...standIns.env,
        // Nobody is signed in, and the soak is not about limits.
        CLERK_RATE_LIMIT: '1000000',
        ...env,
        UPSTASH_REDIS_REST_URL: redis.url,
        CLERK_API_URL: toClerk.url,
      }),
    ),
  )
  return {
    /** The fault of the moment. */
    now,
    clerk,
    upstash,
    engine,
    checker,
    relay,
    proxies,
    servers,
    async close() {
      await relay.close()
      await Promise.all(servers.map(({ stop }) => stop()))
      await Promise.all(proxies.flatMap(({ redis, clerk: toClerk }) => [redis.close(), toClerk.close()]))
      await standIns.close()
    },
  }
}
