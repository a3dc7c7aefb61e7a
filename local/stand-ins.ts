import { randomBytes } from 'node:crypto'
import { WEBHOOK_SECRET } from './clerk/keys'
import type { SeedUser } from './clerk/records'
import { startClerk } from './clerk/server'
import { startGoogle } from './google/server'
import { startProviders } from './providers/server'
import { seed, seedEvents } from './seed'
import { startEngine } from './upstash/engine'
import { startUpstash } from './upstash/server'

export type StandIns = Awaited<ReturnType<typeof startStandIns>>

/** The stand-ins use the four ports after the app's. */
export const portsBeside = (appPort: number) => ({
  clerk: appPort + 1,
  upstash: appPort + 2,
  google: appPort + 3,
  providers: appPort + 4,
})

const SIGN_IN_PAGES = {
  NEXT_PUBLIC_CLERK_SIGN_IN_URL: '/sign-in',
  NEXT_PUBLIC_CLERK_SIGN_UP_URL: '/sign-up',
}

/**
 * Starts Clerk, Upstash, Google and other providers with the seed users, for an app at `app`, its address or its port. `env` is the
 * environment with which the app uses them through the real SDKs. `now` is the clock of Clerk and the providers, for tests.
 * `startLocalStack` is the face of this for other projects.
 */
export async function startStandIns(
  app: number | string,
  options: {
    /** Default for the providers: a free one. */
    ports?: Omit<ReturnType<typeof portsBeside>, 'providers'> & { providers?: number }
    now?: () => number
    redis?: 'server' | 'wasm'
    /** Redis keeps its data when it is killed and restarted. Needs a server. */
    keepsData?: boolean
    /** Default: the seed users. */
    users?: SeedUser[]
    /** The app uses this server over TCP, and none is started. */
    redisUrl?: string
    /** Where the app receives webhooks, or `false` to send none. Default: `/api/webhooks/clerk`. */
    webhookPath?: string | false
    /** Whether the app has pages of its own to sign in and up, as the one of this repository. Default: true. */
    ownPages?: boolean
  } = {},
) {
  const appUrl = typeof app === 'string' ? new URL(app).origin : `http://localhost:${app}`
  const ports = options.ports ?? portsBeside(Number(new URL(appUrl).port))
  const { webhookPath = '/api/webhooks/clerk' } = options
  const engine = await startEngine({
    // A test that names an engine gets that one, even if LOCAL_REDIS_URL is set.
    ...(process.env.LOCAL_REDIS_URL && !options.redis && { url: process.env.LOCAL_REDIS_URL }),
    ...(options.redis && { prefer: options.redis }),
    ...(options.keepsData && { keepsData: true }),
    ...(options.redisUrl && { url: options.redisUrl }),
  })
  const token = randomBytes(16).toString('hex')
  const running: { close(): Promise<unknown> }[] = []
  const close = async () => {
    await Promise.all(running.map((server) => server.close()))
    await engine.close()
  }
  /** A port that is taken leaves nothing running. */
  async function started<Server extends { close(): Promise<unknown> }>(server: Promise<Server>) {
    running.push(await server.catch((error) => close().then(() => Promise.reject(error))))
    return server
  }
  const upstash = await started(startUpstash({ port: ports.upstash, token, engine }))
  const clerk = await started(
    startClerk({
      port: ports.clerk,
      appUrl,
      seed: options.users ? { users: options.users } : seed,
      ...(webhookPath !== false && { webhook: { url: appUrl + webhookPath, secret: WEBHOOK_SECRET } }),
      ...(options.now && { now: options.now }),
    }),
  )
  const google = await started(
    startGoogle({
      ...{ port: ports.google, clerk, events: seedEvents() },
      ...(options.now && { now: options.now }),
    }),
  )
  const providers = await started(
    startProviders({ port: ports.providers ?? 0, clerk, ...(options.now && { now: options.now }) }),
  )
  const apis = { google: google.url, ...providers.apis }
  const env: Record<string, string> = {
    ...clerk.env,
    ...(options.ownPages !== false && SIGN_IN_PAGES),
    ...(options.redisUrl
      ? { REDIS_URL: options.redisUrl }
      : { UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: token }),
    GOOGLE_API_BASE_URL: google.url,
    PROVIDER_API_URLS: Object.entries(apis)
      .map(([id, address]) => `${id}=${address}`)
      .join(),
    CACHE_ENCRYPTION_KEYS: `local:${randomBytes(32).toString('base64')}`,
    OPS_TOKEN: randomBytes(24).toString('hex'),
    APP_ORIGINS: new URL(appUrl).origin,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  return {
    appUrl,
    env,
    clerk,
    upstash,
    google,
    providers,
    engine,
    close,
  }
}
