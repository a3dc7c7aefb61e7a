import {
  configuredTooLate,
  defineSettings,
  httpAddress,
  onOrOff,
  type SettingProblem,
  type Source,
  settingsSource,
  setVariables,
  tcpAddress,
  text,
  variable,
  wholeNumber,
  wholeNumberOr,
} from './env'
import { onePerProcess } from './lookup/one-per-process'
import { createRedisClient, type RedisClient, type RedisClientOptions } from './lookup/redis/client'
import type { LoadTcp } from './lookup/redis/transport'
import type { Runtime } from './lookup/runtime/runtime'

export const redisSettings = defineSettings(
  {
    UPSTASH_REDIS_REST_URL: variable(
      httpAddress.optional(),
      'the REST address of the Upstash database (KV_REST_API_URL is read too), unless REDIS_URL is set',
      'https://eu1-example-12345.upstash.io',
      'KV_REST_API_URL',
    ),
    UPSTASH_REDIS_REST_TOKEN: variable(
      text.optional(),
      'the REST token of the Upstash database, not the read-only one (KV_REST_API_TOKEN is read too)',
      'AX…',
      'KV_REST_API_TOKEN',
    ),
    REDIS_URL: variable(
      tcpAddress.optional(),
      'the address of a Redis or Valkey server, in place of UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
      'rediss://user:password@redis.example.com:6379/0',
    ),
    CACHE_REDIS_TIMEOUT_MS: variable(
      wholeNumber(10, 10_000).default(250),
      'milliseconds after which a Redis request counts as failed',
      '250',
    ),
  },
  oneDatabase,
)

const REST = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] as const

/** Exactly one database, over REST or over TCP. */
function oneDatabase(used: Source): SettingProblem[] {
  if (!used.REDIS_URL || isSameUpstash(used))
    return REST.filter((name) => !used[name]).map((name) => [name, 'is missing'])
  const beside = REST.find((name) => used[name])
  if (beside) return [['REDIS_URL', `is set beside ${beside}: remove one of them, they may be two databases`]]
  return objects.tcp
    ? []
    : [['REDIS_URL', 'needs the Redis client: call configure({ tcp: () => import("…/lookup/redis/tcp") })']]
}

/** Vercel's integration of Upstash sets both addresses of its database. REST is used then. */
function isSameUpstash({ REDIS_URL = '', UPSTASH_REDIS_REST_URL: rest = '' }: Source): boolean {
  if (!URL.canParse(REDIS_URL) || !URL.canParse(rest)) return false
  const { hostname } = new URL(rest)
  return hostname.endsWith('.upstash.io') && new URL(REDIS_URL).hostname === hostname
}

export const clerkSettings = defineSettings({
  CLERK_SECRET_KEY: variable(
    text.regex(/^sk_(test|live)_./, 'must start with sk_test_ or sk_live_'),
    "Clerk's secret key, from the dashboard under API keys",
    'sk_test_…',
  ),
  CLERK_API_URL: variable(
    httpAddress.default('https://api.clerk.com'),
    "the address of Clerk's Backend API",
    'https://api.clerk.com',
  ),
})

export const cacheSettings = defineSettings({
  CACHE_NAMESPACE: variable(
    text.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, - or _').default('ck'),
    'the first part of every Redis key, so that several apps can share a database',
    'ck',
  ),
  CACHE_USER_TTL: variable(
    wholeNumberOr('adaptive', 1).default(300),
    'seconds a user stays in Redis; "adaptive": a tenth of the time since the user last changed, 1 min to 1 h',
    '300',
  ),
  CACHE_PROCESS_TTL: variable(
    wholeNumber(0, 600).default(0),
    'seconds a value stays in the process cache; 0 switches that cache off',
    '0',
  ),
  CACHE_PROCESS_MAX: variable(wholeNumber(1).default(5000), 'the most entries in the process cache', '5000'),
  CACHE_BACKPLANE: variable(
    onOrOff.default(false),
    'announces invalidations to the process caches of other instances',
    'off',
  ),
})

/** What can be given in code. Each setting that is left out comes from the environment. */
export interface Config {
  /**
   * Address and token of the Upstash database, or the address of a Redis server (`redis://`, `rediss://`), or a client
   * made by `createRedisClient`.
   */
  redis?: { url: string; token?: string } | RedisClient
  /** Loads lookup/redis/tcp, which REDIS_URL needs, by a dynamic import. */
  tcp?: LoadTcp
  clerk?: { secretKey?: string; apiUrl?: string }
  /** The first part of every Redis key. */
  namespace?: string
  /** Where lookups run. Default: Next inside Next's server, plain Node elsewhere. */
  runtime?: Runtime
  /** Seconds a user stays in Redis. */
  userTtl?: number | 'adaptive'
  /** Path or address of the page where people connect their accounts. */
  accountPage?: string
  /** Any other setting, by its name in `.env.example`. */
  variables?: Readonly<Record<string, string>>
}

/** Objects given in code, and which of them are in use. */
type Objects = { redis?: RedisClient; tcp?: LoadTcp; runtime?: Runtime; used: Set<string> }
const objects = onePerProcess('config', (): Objects => ({ used: new Set() }))

/**
 * Gives settings in code, before the first read. Values that are the same as before change nothing. A client or a
 * runtime is taken once: later ones are ignored, because each copy of a module in a process makes its own.
 * @throws ConfigurationError `configured_too_late` when a setting would change that is already in use
 */
export function configure(config: Config): void {
  const { redis, clerk, runtime } = config
  const client = redis && 'run' in redis ? redis : undefined
  const address = redis && 'url' in redis ? redis : undefined
  if (client && !objects.redis && objects.used.has('redis')) throw configuredTooLate('the Redis client')
  if (runtime && !objects.runtime && objects.used.has('runtime')) throw configuredTooLate('the runtime')
  if (config.tcp) objects.tcp ??= config.tcp
  setVariables({
    ...config.variables,
    ...(address && addressVariables(address)),
    CLERK_SECRET_KEY: clerk?.secretKey,
    CLERK_API_URL: clerk?.apiUrl,
    CACHE_NAMESPACE: config.namespace,
    CACHE_USER_TTL: config.userTtl?.toString(),
    ACCOUNT_URL: config.accountPage,
  })
  if (client) objects.redis ??= client
  if (runtime) objects.runtime ??= runtime
}

/** An address that is given in code replaces those of the environment. */
function addressVariables(address: { url: string; token?: string }): Source {
  const ofRest = address.token !== undefined
  const environment = settingsSource()
  const others = ofRest ? ['REDIS_URL'] : [...REST, 'KV_REST_API_URL', 'KV_REST_API_TOKEN']
  const removed = others.filter((name) => environment[name]).map((name) => [name, ''])
  return {
    ...Object.fromEntries(removed),
    ...(ofRest
      ? { UPSTASH_REDIS_REST_URL: address.url, UPSTASH_REDIS_REST_TOKEN: address.token }
      : { REDIS_URL: address.url }),
  }
}

/** The Redis client given in code. */
export const givenRedis = (): RedisClient | undefined => objects.redis

/** The runtime given in code. */
export function givenRuntime(): Runtime | undefined {
  objects.used.add('runtime')
  return objects.runtime
}

/** Where the database is, and the deadline of a request. @throws ConfigurationError */
export function redisAddress(): RedisClientOptions & { timeoutMs: number } {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, ...others } = redisSettings()
  const timeoutMs = others.CACHE_REDIS_TIMEOUT_MS
  if (url && token) return { url, token, timeoutMs }
  // The settings were complete when they were read: the other side is for the type.
  const tcp: LoadTcp = objects.tcp ?? (() => Promise.reject(new Error('Cannot find module')))
  return { url: redisSettings.require('REDIS_URL'), tcp, timeoutMs }
}

let connection: RedisClient | undefined

/** The app's one connection to Redis. @throws ConfigurationError */
export function redis(): RedisClient {
  objects.used.add('redis')
  connection ??= objects.redis ?? createRedisClient(redisAddress())
  return connection
}

/** The first part of every Redis key. @throws ConfigurationError */
export const namespace = (): string => cacheSettings().CACHE_NAMESPACE
