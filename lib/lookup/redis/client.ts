import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import { createListeners, type Listener } from '../events'
import { onePerProcess } from '../one-per-process'
import { outside } from '../outside'
import { type ProcessState, processState } from '../process-state'
import { type BreakerOptions, createBreaker } from './breaker'
import { codeOfFailure, failureOf, healthOf, messageOf, RedisError, type RedisFailure } from './failures'
import { createHttp } from './http'

/** One operation that was sent to Redis, by any client of this process. `host` is the database's. */
export type RedisRequest = { operation: string; host: string; ms: number; failure?: RedisFailure }

const requests = onePerProcess('redis-requests', () => createListeners<RedisRequest>())

/** Calls the listener for every operation that was sent; the last listener of a name replaces the earlier ones. */
export const onRedisRequest = (name: string, listener: Listener<RedisRequest>): (() => void) =>
  requests.on(listener, name)

export interface RedisClientOptions extends BreakerOptions {
  /** Upstash REST endpoint and token. */
  url: string
  token: string
  /** Deadline of every HTTP request in milliseconds in which this process ran (default: 250). */
  timeoutMs?: number
  /** Shares the breaker and receives the events (default: the state of this process). */
  state?: ProcessState
}

export type RedisClient = ReturnType<typeof createRedisClient>

/**
 * An Upstash database over its REST API: every request has a deadline, operations throw only `RedisError`, nothing is
 * retried, and commands of one tick share one HTTP request, up to 8 MB.
 */
export function createRedisClient(options: RedisClientOptions) {
  const { url, token, timeoutMs = 250, state = processState() } = options
  // All clients of one database share its breaker; its first client sets the numbers.
  const breaker = state.share(`breaker:${url}`, () =>
    createBreaker(options, (open) => state.emit({ type: 'breaker', open })),
  )
  const { middleware, signal } = createHttp(timeoutMs, breaker.count)
  const client = new Redis({
    url,
    token,
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

  /** Runs one operation even while the breaker is open, such as an invalidation. */
  async function insist<T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> {
    const started = performance.now()
    const sent = (outcome: { failure?: RedisFailure }) =>
      requests.emit({ operation, host, ms: performance.now() - started, ...outcome })
    try {
      const answer = await outside(use, client)
      sent({})
      return answer
    } catch (error) {
      const failure = failureOf(error)
      sent({ failure })
      state.emit({ type: 'store_error', operation, code: codeOfFailure(failure) })
      throw new RedisError(operation, failure)
    }
  }

  return {
    insist,
    /** Runs one operation, or refuses at once while the breaker is open. */
    async run<T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> {
      const admitted = breaker.admit()
      if (admitted === 'no') throw new RedisError(operation, 'breaker_open')
      if (admitted === 'yes') return insist(operation, use)
      try {
        const answer = await insist(operation, use)
        breaker.probed('ok')
        return answer
      } catch (error) {
        breaker.probed(healthOf(failureOf(error)))
        throw error
      }
    },
    /** False while the breaker is open. */
    isHealthy: () => !breaker.isOpen(),
    /** Opens a server-sent event stream of a channel. */
    subscribe: (channel: string, signal: AbortSignal): Promise<Response> =>
      fetch(`${url.replace(/\/$/, '')}/subscribe/${encodeURIComponent(channel)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        cache: 'no-store',
        signal,
      }),
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
