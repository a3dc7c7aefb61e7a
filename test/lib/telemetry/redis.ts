import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { startEngine } from '../../../local/upstash/engine'
import { startUpstash } from '../../../local/upstash/server'

/** A real Redis where there is one, behind Upstash's protocol, and a connection to it. */
export async function startRedis() {
  const engine = await startEngine()
  const token = 'a token'
  const upstash = await startUpstash({ token, engine })
  const redis = createRedisClient({
    url: upstash.url,
    token,
    timeoutMs: 60_000,
    state: createProcessState(),
  })
  return {
    upstash,
    token,
    redis,
    empty: () => redis.insist('flushall', (client) => client.flushall()),
    async close() {
      await upstash.close()
      await engine.close()
    },
  }
}
