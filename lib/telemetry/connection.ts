import { givenRedis, redisAddress } from '../config'
import { createRedisClient, type RedisClient } from '../lookup/redis/client'

/** A batch is half a megabyte at most: it gets longer than a read that a page waits for. Milliseconds. */
const TIMEOUT = 3_000

let connection: RedisClient | undefined

/** The database of the environment, by requests of their own: a page's reads never wait behind a batch. */
export function telemetryRedis(): RedisClient {
  connection ??=
    givenRedis() ??
    createRedisClient({
      ...redisAddress(),
      timeoutMs: Math.max(redisAddress().timeoutMs, TIMEOUT),
    })
  return connection
}

/** Operations of telemetry itself begin so: they are no part of what it counts for the fleet. */
export const OWN_OPERATION = 'telemetry_'
