import { Redis } from '@upstash/redis'
import { env } from './env'
import { KitError } from './errors'
import { outside } from './outside'

export type RedisFailure = 'timeout' | 'unreachable' | 'unauthorized' | 'quota' | 'refused'

/**
 * Redis did not do what was asked. Carries a reason and never the client's own message, which quotes whole
 * commands, values included.
 */
export class RedisError extends KitError {
  readonly reason: RedisFailure

  constructor(reason: RedisFailure) {
    super('redis_unavailable', `Redis: ${advice[reason]}`)
    this.reason = reason
  }
}

const advice: Record<RedisFailure, string> = {
  timeout: 'no answer within CACHE_REDIS_TIMEOUT_MS. Look at the region and the load of the database.',
  unreachable: 'no connection to UPSTASH_REDIS_REST_URL. Look at the address and the network.',
  unauthorized:
    'UPSTASH_REDIS_REST_TOKEN was not accepted. Copy the standard token from the Upstash console.',
  quota: 'the plan’s limit is used up. Raise it in the Upstash console; reads go on from the source.',
  refused: 'a command was not accepted. Look at the type of the key and at the permissions of the token.',
}

function reasonOf(error: unknown): RedisFailure {
  const text = error instanceof Error ? `${error.name} ${error.message}` : ''
  if (/Timeout|Abort/i.test(text)) return 'timeout'
  if (/fetch failed|ECONN|ENOTFOUND|socket/i.test(text)) return 'unreachable'
  if (/WRONGPASS|Unauthorized/i.test(text)) return 'unauthorized'
  if (/max requests limit|max daily request|quota/i.test(text)) return 'quota'
  return 'refused'
}

let client: Redis | undefined

function connect(): Redis {
  const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, CACHE_REDIS_TIMEOUT_MS } = env()
  return new Redis({
    url: UPSTASH_REDIS_REST_URL,
    token: UPSTASH_REDIS_REST_TOKEN,
    automaticDeserialization: false,
    enableTelemetry: false,
    // Its own repeats are off: a lost answer would send a write twice. The caller repeats what is safe.
    retry: { retries: 0 },
    // A function: with one fixed signal an aborted command answers null as if it had succeeded.
    signal: () => AbortSignal.timeout(CACHE_REDIS_TIMEOUT_MS),
  })
}

/** Runs commands on the Upstash database. @throws RedisError with a reason, within the deadline. */
export async function redis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
  client ??= connect()
  try {
    return await outside(use, client)
  } catch (error) {
    throw new RedisError(reasonOf(error))
  }
}
