import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel'
import { KitError } from '../errors'
import { createListeners, type Listener } from '../listeners'
import { onePerProcess } from '../one-per-process'
import { outside } from '../outside'

/** Why Redis did not do what was asked, and what helps. */
const advice = {
  timeout: 'it did not answer within CACHE_REDIS_TIMEOUT_MS: look at its region and load',
  unreachable: 'there is no connection to UPSTASH_REDIS_REST_URL: look at the address and the network',
  unauthorized: 'UPSTASH_REDIS_REST_TOKEN was not accepted: copy the standard token from the Upstash console',
  quota: 'the plan’s limit is used up: raise it in the Upstash console',
  too_large: 'the request was larger than the plan takes',
  no_scripts: 'the token may not run EVAL and EVALSHA: use one that may, or values are not cached',
  breaker_open: 'it has failed repeatedly and is left alone for a moment',
  refused: 'it did not accept the command, or answered something else than Redis would',
} as const

export type RedisFailure = keyof typeof advice

/**
 * Redis did not do what was asked. Carries a reason and neither the client's message nor its cause, which quote whole
 * commands, values included.
 */
export class RedisError extends KitError {
  readonly reason: RedisFailure

  constructor(operation: string, reason: RedisFailure) {
    super('redis_unavailable', `Redis ${operation} failed: ${advice[reason]}`)
    this.reason = reason
  }
}

/** The client's words without the command, which it quotes behind them. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message.split(', command was:', 1)[0]}` : ''

/** Reads a reason off an error of @upstash/redis 1.39 or of fetch. */
function reasonOf(error: unknown): RedisFailure {
  if (error instanceof RedisError) return error.reason
  if (error instanceof BrokenCircuitError) return 'breaker_open'
  const text = wordsOf(error)
  if (/Timeout|Abort/.test(text)) return 'timeout'
  if (/fetch failed|ECONN|ENOTFOUND|socket|terminated/i.test(text)) return 'unreachable'
  if (/WRONGPASS|Unauthorized/i.test(text)) return 'unauthorized'
  if (/max (daily )?requests? limit|capacity quota exceeded/i.test(text)) return 'quota'
  if (/max request size/i.test(text)) return 'too_large'
  return /NOPERM/.test(text) ? 'no_scripts' : 'refused'
}

/** One operation that was sent to Redis, told by every connection of this process. */
export type RedisRequest = { operation: string; ms: number; failure?: RedisFailure }

const requests = onePerProcess('redis-requests', () => createListeners<RedisRequest>())

/** Hears every operation that was sent; the last listener of a name replaces the others. */
export const onRedisRequest = (name: string, listener: Listener<RedisRequest>): (() => void) =>
  requests.on(listener, name)

export type RedisOptions = {
  /** Upstash REST endpoint and token. */
  url: string
  token: string
  /** Deadline of every operation in milliseconds; 250 unless told. */
  timeoutMs?: number
  /** Failures in a row that open the breaker; 5 unless told. */
  breakAfter?: number
  /** How long the breaker stays open at first; doubles up to ten times as much. 1000 ms unless told. */
  openMs?: number
  /** How long it stays open after a quota error; 60 000 ms unless told. */
  quotaOpenMs?: number
  /** Where the breaker lives: one per process unless told. */
  share?: <T>(name: string, create: () => T) => T
  /** Hears each failure, and each opening and closing of the breaker. */
  onFailure?(operation: string, reason: RedisFailure): void
  onBreaker?(open: boolean): void
}

export type RedisClient = ReturnType<typeof createRedisClient>

/**
 * An Upstash database over its REST API: every operation has a deadline and throws only `RedisError`, nothing is
 * repeated by itself, and commands of one tick go in one request.
 */
export function createRedisClient(options: RedisOptions) {
  const { url, token, timeoutMs = 250, breakAfter = 5, openMs = 1000, quotaOpenMs = 60_000 } = options
  const { share = onePerProcess, onFailure, onBreaker } = options
  const client = new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: true,
    enableTelemetry: false,
    // A lost answer would send a write twice: the caller repeats what is safe to repeat.
    retry: { retries: 0 },
    // A function: a static signal that has aborted makes this client answer null as success.
    signal: () => AbortSignal.timeout(timeoutMs),
  })

  const breaker = share(`breaker:${url}`, () => {
    const isOutage = (error: Error) => !(error instanceof RedisError) || error.reason !== 'no_scripts'
    const policy = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(breakAfter),
      halfOpenAfter: new DelegateBackoff(({ attempt, result }) =>
        'error' in result && result.error instanceof RedisError && result.error.reason === 'quota'
          ? quotaOpenMs
          : openMs * Math.min(2 ** (attempt - 1), 10),
      ),
    })
    policy.onStateChange((state) => {
      if (state !== CircuitState.HalfOpen) onBreaker?.(state === CircuitState.Open)
    })
    return policy
  })

  /** Past the breaker: for what must be tried whatever came before, such as an invalidation. */
  async function insist<T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> {
    const started = performance.now()
    const tell = (outcome: { failure?: RedisFailure }) =>
      requests.tell({ operation, ms: performance.now() - started, ...outcome })
    try {
      const answer = await outside(use, client)
      tell({})
      return answer
    } catch (error) {
      const reason = reasonOf(error)
      tell({ failure: reason })
      onFailure?.(operation, reason)
      throw new RedisError(operation, reason)
    }
  }

  return {
    insist,
    /** Runs one operation, or refuses at once while the breaker is open. */
    async run<T>(operation: string, use: (redis: Redis) => Promise<T>): Promise<T> {
      try {
        return await breaker.execute(() => insist(operation, use))
      } catch (error) {
        throw error instanceof RedisError ? error : new RedisError(operation, reasonOf(error))
      }
    },
    /** False while the breaker is open. */
    isHealthy: () => breaker.state === CircuitState.Closed,
  }
}

/** Runs a script by its digest, and by its text where Redis does not know it yet. */
export function createScript(text: string) {
  const sha = createHash('sha1').update(text).digest('hex')
  return (client: Redis, keys: string[], argv: string[]): Promise<unknown> =>
    client.evalsha(sha, keys, argv).catch((error: unknown) => {
      if (!wordsOf(error).includes('NOSCRIPT')) throw error
      return client.eval(text, keys, argv)
    })
}
