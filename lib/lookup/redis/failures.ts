import { LookupError, type LookupErrorCode } from '../errors'
import type { Health } from './breaker'
import type { Protocol } from './transport'

/**
 * Why a request to Redis failed, and what the people who run the app can do: a title, which ends with the first full
 * stop, and then the advice. The one place for these words: error messages, the dashboard and the commands show them, by
 * `wordsOf`. Here over REST.
 */
export const redisFailures = {
  timeout:
    'Redis answers too slowly. It did not answer within CACHE_REDIS_TIMEOUT_MS. Check the region and the load of the database.',
  unreachable:
    'Redis is not reachable. There is no connection to UPSTASH_REDIS_REST_URL. Check https://status.upstash.com, the address and the network.',
  unauthorized:
    'Redis did not accept the token. Copy the standard token from the Upstash console into UPSTASH_REDIS_REST_TOKEN.',
  quota:
    'The Redis plan’s limit is reached. Raise the limit at the provider of the database, or wait until it resets.',
  too_large:
    'A request to Redis was too large. A value is larger than 8 MB, or than Redis or the plan allows. Store smaller values.',
  no_scripts:
    'The Redis token cannot run scripts. Nothing is cached until UPSTASH_REDIS_REST_TOKEN is a token that can run EVAL and EVALSHA, such as the standard token.',
  breaker_open:
    'Redis failed repeatedly. The circuit breaker is open. Redis is tried again in a few seconds.',
  refused:
    'Redis rejected a command. The word in brackets is its reason. With WRONGTYPE something else has written a key of this app: give each a CACHE_NAMESPACE of its own. Otherwise check that UPSTASH_REDIS_REST_URL is a Redis database with Upstash’s REST API.',
  bad_answer:
    'The answer of Redis cannot be read. Check that UPSTASH_REDIS_REST_URL is a Redis database with Upstash’s REST API, with no proxy in between.',
  not_permitted:
    'Redis does not permit a command. Use the standard token from the Upstash console in UPSTASH_REDIS_REST_TOKEN.',
  // Mostly over TCP.
  out_of_memory:
    'Redis is out of memory. Values are read and invalidated, but not stored. Give the database more memory.',
  read_only:
    'Redis is a replica, which takes no writes. Use the address of the primary, not that of a replica. After a failover it is tried again in a few seconds.',
  not_ready:
    'Redis is not ready. It loads its data, runs a long script, cannot save, or misses its replicas. Its log says which. It is tried again in a few seconds.',
  too_many_clients:
    'Redis has too many clients. Raise its maxclients, or the plan’s limit of connections. A process of the app uses two, and one more with CACHE_BACKPLANE.',
  cluster:
    'Redis runs in cluster mode, which is not supported. The keys of one value must be on one server. Use a database with cluster mode disabled, on one primary with or without replicas.',
  certificate:
    'The certificate of Redis is not accepted. The host name of REDIS_URL must be in it. For a certificate authority of your own, set NODE_EXTRA_CA_CERTS to its file.',
  no_client:
    'The Redis client could not be loaded. Install the package @redis/client, which REDIS_URL needs.',
}

export type RedisFailure = keyof typeof redisFailures

/** What is said otherwise over TCP. */
const overTcp: Partial<Record<RedisFailure, string>> = {
  unreachable:
    'Redis is not reachable. There is no connection to the host and port of REDIS_URL. Check that Redis runs, the address, the network, and redis:// or rediss://.',
  unauthorized:
    'Redis did not accept the user or the password. Check the user and the password in REDIS_URL. Special characters must be percent-encoded.',
  no_scripts:
    'The Redis user cannot run scripts. Nothing is cached until the user of REDIS_URL has the permissions in docs/guides/redis.md: +eval and +evalsha are missing.',
  refused:
    'Redis rejected a command. The word in brackets is its reason. With WRONGTYPE something else has written a key of this app: give each a CACHE_NAMESPACE of its own. Otherwise check that REDIS_URL is a Redis database of version 6.2 or later, or a Valkey database, and that its number exists.',
  bad_answer: 'The answer of Redis cannot be read. Check that REDIS_URL is a Redis or Valkey database.',
  not_permitted:
    'Redis does not permit a command. Give the user of REDIS_URL the permissions in docs/guides/redis.md.',
}

/** The words about a failure over one of the protocols. */
export function wordsOf(reason: RedisFailure, protocol: Protocol): { title: string; fix: string } {
  const words = (protocol === 'tcp' && overTcp[reason]) || redisFailures[reason]
  const end = words.indexOf('. ')
  return { title: words.slice(0, end), fix: words.slice(end + 2) }
}

/** These reasons mean that the database is down, and open its breaker; the others concern one request. */
const OUTAGES: readonly RedisFailure[] = [
  ...(['timeout', 'unreachable', 'unauthorized', 'quota', 'read_only', 'not_ready'] as const),
  ...(['too_many_clients', 'cluster', 'certificate', 'no_client'] as const),
]

/** The others are `store_unavailable`. */
const codes: Partial<Record<RedisFailure, LookupErrorCode>> = {
  quota: 'store_quota',
  no_scripts: 'scripts_not_permitted',
}

/** Redis did not do what was asked. Carries neither the client's message nor its cause, which quote whole commands. */
export class RedisError extends LookupError {
  static override readonly kind: string = 'RedisError'
  override readonly reason: RedisFailure
  readonly protocol: Protocol
  /** The first word of what Redis answered, such as `WRONGTYPE`. */
  readonly answer: string | undefined

  constructor(operation: string, reason: RedisFailure, protocol: Protocol = 'rest', answer?: string) {
    super(codes[reason] ?? 'store_unavailable', `Redis ${operation} failed. ${wordsOf(reason, protocol).fix}`)
    this.reason = reason
    this.protocol = protocol
    this.answer = answer
  }
}

/** What a failure says about the database. */
export const healthOf = (failure: RedisFailure): Health =>
  !OUTAGES.includes(failure) ? 'ok' : failure === 'quota' ? 'quota' : 'outage'

/** The error's name, and its message without the whole command, which the client adds at the end. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message.split(', command was:', 1)[0]}` : ''

/** By what Redis answers, or the network. The first that matches counts. */
const PATTERNS: readonly (readonly [RegExp, RedisFailure])[] = [
  // First, because their messages quote the answer.
  [/UpstashJSONParse|^ZodError/, 'bad_answer'],
  [/Timeout|Abort/, 'timeout'],
  [/Cannot find (module|package)/, 'no_client'],
  [/CERTIFICATE/, 'certificate'],
  [/fetch failed|ECONN|ENOTFOUND|socket|terminated/i, 'unreachable'],
  [/WRONGPASS|NOAUTH|Unauthorized|invalid password|without any password|no password is set/i, 'unauthorized'],
  [/max number of clients/i, 'too_many_clients'],
  [/max [a-z ]+ size/i, 'too_large'],
  // Every other maximum of Upstash is one of the plan: requests, bandwidth, commands per second, connections.
  [/\bERR max |capacity quota exceeded/i, 'quota'],
  [/TypeError/, 'bad_answer'],
  [/NOPERM.*\beval/i, 'no_scripts'],
  [/NOPERM|ACL failure in script|user executing the script/, 'not_permitted'],
  [/\b(MOVED|ASK) \d|\b(CROSSSLOT|CLUSTERDOWN)\b/, 'cluster'],
  [/\bOOM\b/, 'out_of_memory'],
  [/\bREADONLY\b/, 'read_only'],
  [/\b(LOADING|BUSY|MASTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS)\b/, 'not_ready'],
]

/** The code that an answer of Redis begins with, such as `WRONGTYPE`. What follows can quote keys and values. */
export const answerOf = (error: unknown): string | undefined =>
  error instanceof Error ? error.message.match(/^(?:[^:]* failed: )?([A-Z]{3,})\b/)?.[1] : undefined

/** Reads the failure from an error of @upstash/redis 1.39, of fetch, or of tcp.ts. */
export function failureOf(error: unknown): RedisFailure {
  if (error instanceof RedisError) return error.reason
  const text = messageOf(error)
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? 'refused'
}
