import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import '@/lib/clerk/limits'
import { configure } from '@/lib/config'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { startStandIns } from '../../local/stand-ins'
import { loadTcp, startOver } from './redis-tcp'

/**
 * The environment of every test that does not set it: a machine that is busy for a while must not turn an answer of
 * Redis into a failure. Tests about deadlines set their own.
 */
const PATIENT = { CACHE_REDIS_TIMEOUT_MS: '10000' }
/** Milliseconds that every request gets in those tests. It only ends what hangs. */
const PATIENCE_MS = 60_000

type Overrides = Record<string, string | undefined>
type StandInOptions = { redis?: 'wasm'; now?: () => number; protocol?: Protocol }

/** `TEST_REDIS=tcp` runs all tests with services over TCP. They need a server then. */
const PROTOCOL: Protocol = process.env.TEST_REDIS === 'tcp' ? 'tcp' : 'rest'

/**
 * The stand-ins on free ports, and this process's environment set to use them: the code under test talks to them
 * through the real SDKs. The app itself is not there. The deadlines of requests are long, but in a test that sets
 * CACHE_REDIS_TIMEOUT_MS.
 */
export async function startServices(overrides: Overrides = {}, options: StandInOptions = {}) {
  const { protocol = options.redis === 'wasm' ? 'rest' : PROTOCOL, ...others } = options
  const standIns = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 }, ...others })
  standIns.clerk.webhooks.pause()
  const before = { ...process.env }
  const overTcp = protocol === 'tcp' ? await startTcpInPlace(standIns) : undefined
  Object.assign(process.env, standIns.env, PATIENT)
  const { timeout } = AbortSignal
  if (overrides.CACHE_REDIS_TIMEOUT_MS === undefined)
    AbortSignal.timeout = (ms) => timeout.call(AbortSignal, Math.max(ms, PATIENCE_MS))
  for (const [name, value] of Object.entries(overrides))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  return {
    ...{ ...standIns, upstash: overTcp ?? standIns.upstash },
    close: async () => {
      process.env = before
      AbortSignal.timeout = timeout
      await overTcp?.close()
      await standIns.close()
    },
  }
}

/** Puts the Redis protocol in the place of the REST API, over the same engine. */
async function startTcpInPlace({ engine, env, upstash }: Awaited<ReturnType<typeof startStandIns>>) {
  configure({ tcp: loadTcp })
  const server = await startOver('tcp', { token: 'a token', engine })
  Reflect.deleteProperty(env, 'UPSTASH_REDIS_REST_URL')
  Reflect.deleteProperty(env, 'UPSTASH_REDIS_REST_TOKEN')
  env.REDIS_URL = server.address.url
  // The REST API stays beside it, for what a test itself stores and looks at.
  return { ...server, ...{ url: upstash.url, token: upstash.token } }
}

export type Services = Awaited<ReturnType<typeof startServices>>

export interface UseServicesOptions extends StandInOptions {
  /** Environment variables, or a function that gives them once the test file's own servers listen. */
  env?: Overrides | (() => Overrides | Promise<Overrides>)
  /** Stops `performance.now()`, by which Clerk's pauses are counted, and makes every test a minute later. */
  performanceClock?: boolean
  /** Keeps what tests have stored in Redis for the next ones of the file. */
  keep?: boolean
}

/**
 * The services, from before the first test of a file until after the last. Every test begins with an empty Redis, no
 * faults, and all counts at zero.
 */
export function useServices({ env = {}, performanceClock, keep, ...options }: UseServicesOptions = {}) {
  let running: Services | undefined
  const services = () => {
    if (!running)
      throw new Error('The services are not there: useServices() starts them before the first test')
    return running
  }
  beforeAll(async () => {
    if (performanceClock) vi.useFakeTimers({ toFake: ['performance'] })
    running = await startServices(typeof env === 'function' ? await env() : env, options)
  })
  afterAll(async () => {
    if (performanceClock) vi.useRealTimers()
    await running?.close()
  })
  beforeEach(async () => {
    if (performanceClock) vi.advanceTimersByTime(60_000)
    const { upstash, clerk, google, providers, engine } = services()
    upstash.faults.clear()
    clerk.faults.clear()
    if (!keep) await engine.empty()
    clerk.resetRequests()
    google.resetRequests()
    google.respond()
    providers.resetRequests()
    providers.respond()
    upstash.resetCounts()
  })
  return {
    get env() {
      return services().env
    },
    get clerk() {
      return services().clerk
    },
    get upstash() {
      return services().upstash
    },
    get google() {
      return services().google
    },
    get providers() {
      return services().providers
    },
    get engine() {
      return services().engine
    },
  }
}
