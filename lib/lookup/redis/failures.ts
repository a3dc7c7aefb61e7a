import { isBrokenCircuitError } from 'cockatiel'
import { LookupError } from '../errors'

/**
 * Why a request to Redis failed, and what the people who run the app can do. The one place for these words:
 * error messages, the dashboard and the commands show them.
 */
export const redisFailures = {
  timeout: {
    title: 'Redis answers too slowly',
    fix: 'It did not answer within CACHE_REDIS_TIMEOUT_MS. Check the database’s region and load in the Upstash console.',
  },
  unreachable: {
    title: 'Redis is not reachable',
    fix: 'There is no connection to UPSTASH_REDIS_REST_URL. Check https://status.upstash.com, the address and the network.',
  },
  unauthorized: {
    title: 'Redis did not accept the token',
    fix: 'Copy the standard token from the Upstash console into UPSTASH_REDIS_REST_TOKEN.',
  },
  quota: {
    title: 'The Redis plan’s limit is used up',
    fix: 'Raise the limit in the Upstash console.',
  },
  too_large: {
    title: 'A request to Redis was too large',
    fix: 'It was larger than the plan allows. Store smaller values, or change the plan.',
  },
  no_scripts: {
    title: 'The Redis token cannot run scripts',
    fix: 'Nothing is cached until UPSTASH_REDIS_REST_TOKEN is a token that can run EVAL and EVALSHA, such as the standard token.',
  },
  breaker_open: {
    title: 'Redis failed repeatedly',
    fix: 'The circuit breaker is open. Redis is tried again in a few seconds.',
  },
  refused: {
    title: 'Redis did not accept a command',
    fix: 'Check that UPSTASH_REDIS_REST_URL is a Redis database with Upstash’s REST API.',
  },
} as const

export type RedisFailure = keyof typeof redisFailures

/** These reasons mean that the database is down; the others concern one request. */
const OUTAGES: readonly RedisFailure[] = ['timeout', 'unreachable', 'unauthorized', 'quota']

export const codeOfFailure = (failure: RedisFailure) =>
  failure === 'quota'
    ? 'store_quota'
    : failure === 'no_scripts'
      ? 'scripts_not_permitted'
      : 'store_unavailable'

/** Redis did not do what was asked. Carries neither the client's message nor its cause, which quote whole commands. */
export class RedisError extends LookupError {
  static override readonly kind: string = 'RedisError'
  override readonly reason: RedisFailure

  constructor(operation: string, reason: RedisFailure) {
    super(codeOfFailure(reason), `Redis ${operation} failed. ${redisFailures[reason].fix}`)
    this.reason = reason
  }
}

/** Whether an error says that the database is out. Only these open its breaker. */
export const isRedisOutage = (error: unknown) => error instanceof RedisError && OUTAGES.includes(error.reason)

/** The client's message without the command, which it quotes at the end. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message.split(', command was:', 1)[0]}` : ''

/** Reads the failure from an error of @upstash/redis 1.39 or of fetch. */
export function failureOf(error: unknown): RedisFailure {
  if (error instanceof RedisError) return error.reason
  if (error instanceof Error && isBrokenCircuitError(error)) return 'breaker_open'
  const text = messageOf(error)
  if (/Timeout|Abort/.test(text)) return 'timeout'
  if (/fetch failed|ECONN|ENOTFOUND|socket|terminated/i.test(text)) return 'unreachable'
  if (/WRONGPASS|Unauthorized/i.test(text)) return 'unauthorized'
  if (/max (daily )?requests? limit|capacity quota exceeded/i.test(text)) return 'quota'
  if (/max request size/i.test(text)) return 'too_large'
  return /NOPERM/.test(text) ? 'no_scripts' : 'refused'
}
