import { givenRedis, redisAddress } from '../config'
import { createRedisClient, type RedisClient } from '../lookup/redis/client'

/** Milliseconds. Longer than the deadline of a read that a page waits for, because a batch has up to 512 KB. */
const TIMEOUT = 3_000

let connection: RedisClient | undefined

/**
 * The app's database: the client that `configure` was given, or a client of its own with a longer deadline, so that a
 * page's reads never wait behind a batch.
 */
export function telemetryRedis(): RedisClient {
  connection ??= givenRedis() ?? createOwnClient()
  return connection
}

function createOwnClient(): RedisClient {
  const address = redisAddress()
  return createRedisClient({ ...address, timeoutMs: Math.max(address.timeoutMs, TIMEOUT) })
}

/** Prefix of telemetry's own Redis operations, which are not counted for the fleet. */
export const OWN_OPERATION = 'telemetry_'
