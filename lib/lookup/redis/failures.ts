/**
 * Why Redis did not do what was asked, and what the people who run the app can do. The one place for these words:
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
