import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import { createListeners, type Listener } from '../events'
import { onePerProcess } from '../one-per-process'
import { outside } from '../outside'
import { type ProcessState, processState } from '../process-state'
import { type BreakerOptions, createBreaker } from './breaker'
import { answerOf, failureOf, healthOf, messageOf, RedisError, type RedisFailure } from './failures'
import { createRequester } from './requester'
import { subscribeOverRest } from './rest'
import { type LoadTcp, type Protocol, type Subscriber, withoutCredentials } from './transport'

/** One operation that was sent to Redis, by any client of this process. `host` is the database's. */
export type RedisRequest = { operation: string; host: string; ms: number; failure?: RedisFailure }

const requests = onePerProcess('redis-requests', () => createListeners<RedisRequest>())

/** Calls the listener for every operation that was sent; the last listener of a name replaces the earlier ones. */
export const onRedisRequest = (name: string, listener: Listener<RedisRequest>): (() => void) =>
  requests.on(listener, name)

/**
 * Where the database is: Upstash's REST endpoint and its token, or `redis://` or `rediss://` with user, password, host,
 * port and database number, and what loads tcp.ts: a function with a dynamic import.
 */
export type RedisAddress = { url: string; token: string } | { url: string; tcp: LoadTcp }

export type RedisClientOptions = RedisAddress & RequestOptions

interface RequestOptions extends BreakerOptions {
  /** Deadline of every request in milliseconds in which this process ran (default: 250). */
  timeoutMs?: number
  /** Shares the breaker and receives the events (default: the state of this process). */
  state?: ProcessState
}

export type RedisClient = ReturnType<typeof createRedisClient>

/**
 * A database over Upstash's REST API or over TCP: every request has a deadline, operations throw only `RedisError`,
 * nothing that may have run is retried, and commands of one tick share one request, up to 8 MB.
 */
export function createRedisClient(options: RedisClientOptions) {
  const { url, timeoutMs = 250, state = processState() } = options
  const protocol: Protocol = 'tcp' in options ? 'tcp' : 'rest'
  const address = withoutCredentials(url)
  // All clients of one database share its breaker; its first client sets the numbers.
  const breaker = state.share(`breaker:${address}`, () =>
    createBreaker(options, (open) => state.emit({ type: 'breaker', open })),
  )
  // Clients with one deadline share a connection, so that no read waits behind what has a longer one.
  const transport =
    'tcp' in options
      ? () => state.share(`tcp:${timeoutMs}:${url}`, async () => (await options.tcp()).connect(url))
      : undefined
  const { middleware, signal } = createRequester(timeoutMs, breaker.count, transport)
  const client = new Redis({
    // Over TCP it only encodes commands: the middleware sends them.
    ...('token' in options ? { url, token: options.token } : { url: 'http://tcp.invalid', token: 'none' }),
    automaticDeserialization: false,
    enableAutoPipelining: true,
    enableTelemetry: false,
    // A lost answer would send a write twice: the caller repeats what is safe to repeat.
    retry: { retries: 0 },
    // A function: a static signal that has aborted makes this client return null as success.
    signal,
  })
  client.use(middleware)
  const { hostname: host } = new URL(url)

  async function send<T>(
    operation: string,
    use: (redis: Redis) => Promise<T>,
    probed?: typeof breaker.probed,
  ) {
    const started = performance.now()
    let failure: RedisFailure | undefined
    try {
      return await outside(use, client)
    } catch (cause) {
      failure = failureOf(cause)
      const error = new RedisError(operation, failure, protocol, answerOf(cause))
      state.emit({ type: 'store_error', operation, code: error.code })
      throw error
    } finally {
      probed?.(failure ? healthOf(failure) : 'ok')
      requests.emit({ operation, host, ms: performance.now() - started, ...(failure && { failure }) })
    }
  }

  return {
    /** Runs one operation even while the breaker is open, such as an invalidation. */
    insist: <T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> => send(operation, use),
    /** Runs one operation, or refuses at once while the breaker is open. */
    async run<T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> {
      const admitted = breaker.admit()
      if (admitted === 'no') throw new RedisError(operation, 'breaker_open', protocol)
      return send(operation, use, admitted === 'probe' ? breaker.probed : undefined)
    },
    /** False while the breaker is open. */
    isHealthy: () => !breaker.isOpen(),
    protocol,
    /** The database, without user and password. */
    address,
    /** Listens to a channel until the signal aborts or the connection is lost. */
    subscribe: async (channel: string, signal: AbortSignal, to: Subscriber): Promise<void> =>
      'token' in options
        ? subscribeOverRest(options, channel, signal, to)
        : (await transport?.())?.subscribe(channel, signal, to),
  }
}

/** Runs a script by its digest, or by its text if Redis does not know it yet. */
export function createScript(text: string) {
  const sha = createHash('sha1').update(text).digest('hex')
  return (client: Redis, keys: string[], argv: string[]): Promise<unknown> =>
    client.evalsha(sha, keys, argv).catch((error: unknown) => {
      if (!messageOf(error).includes('NOSCRIPT')) throw error
      return client.eval(text, keys, argv)
    })
}
