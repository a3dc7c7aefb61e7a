import { redisAddress } from '../config'
import { createRedisClient, type RedisClient } from '../lookup/redis/client'

/** Milliseconds. Longer than the deadline of a read that a page waits for, because a batch has up to 512 KB. */
const TIMEOUT = 3_000

let connection: RedisClient | undefined

/** The app's database, through a connection of its own: a page's reads never wait behind a batch. */
export function telemetryRedis(): RedisClient {
  connection ??= createRedisClient({
    ...redisAddress(),
    timeoutMs: Math.max(redisAddress().timeoutMs, TIMEOUT),
  })
  return connection
}

/** Prefix of telemetry's own Redis operations, which are not counted for the fleet. */
export const OWN_OPERATION = 'telemetry_'
