import { LookupError } from '../errors'
import type { Health } from './breaker'

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
    fix: 'A value is larger than 8 MB, or than the plan allows. Store smaller values.',
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
  bad_answer: {
    title: 'The answer of Redis cannot be read',
    fix: 'Check that UPSTASH_REDIS_REST_URL is a Redis database with Upstash’s REST API, with no proxy in between.',
  },
} as const

export type RedisFailure = keyof typeof redisFailures

/** These reasons mean that the database is down, and open its breaker; the others concern one request. */
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

/** What a failure says about the database. */
export const healthOf = (failure: RedisFailure): Health =>
  !OUTAGES.includes(failure) ? 'ok' : failure === 'quota' ? 'quota' : 'outage'

/** The client's message without what it adds: a prefix, and the whole command at the end. */
export const messageOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name} ${error.message.split(', command was:', 1)[0]}`.replace(
        'UpstashError Command failed: ',
        '',
      )
    : ''

/** Reads the failure from an error of @upstash/redis 1.39 or of fetch. */
export function failureOf(error: unknown): RedisFailure {
  if (error instanceof RedisError) return error.reason
  const text = messageOf(error)
  // First, because its message quotes the answer.
  if (/^UpstashJSONParse/.test(text)) return 'bad_answer'
  if (/Timeout|Abort/.test(text)) return 'timeout'
  if (/fetch failed|ECONN|ENOTFOUND|socket|terminated/i.test(text)) return 'unreachable'
  if (/WRONGPASS|NOAUTH|Unauthorized/i.test(text)) return 'unauthorized'
  if (/max [a-z ]+ size/i.test(text)) return 'too_large'
  // Every other maximum is one of the plan: requests, bandwidth, commands per second, connections.
  if (/\bERR max |capacity quota exceeded/i.test(text)) return 'quota'
  if (/^TypeError/.test(text)) return 'bad_answer'
  return /NOPERM/.test(text) ? 'no_scripts' : 'refused'
}
