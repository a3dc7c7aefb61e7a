import type { Redis } from '@upstash/redis'
import type { CreateDriverResult, L2CacheDriver } from 'bentocache/types'

/** bentocache's second layer over the Upstash client, which it has no driver for: one command for each call. */
export function upstashDriver(redis: Redis): CreateDriverResult<L2CacheDriver> {
  const driver: L2CacheDriver = {
    type: 'l2',
    namespace: () => driver,
    get: async (key) => (await redis.get<string>(key)) ?? undefined,
    pull: async (key) => (await redis.getdel<string>(key)) ?? undefined,
    async set(key, value, ttl) {
      await (ttl ? redis.set(key, value, { px: ttl }) : redis.set(key, value))
      return true
    },
    async clear() {
      await redis.flushdb()
    },
    delete: async (key) => (await redis.unlink(key)) > 0,
    deleteMany: async (keys) => (await redis.unlink(...keys)) > 0,
    async disconnect() {},
  }
  return { options: {}, factory: () => driver }
}
