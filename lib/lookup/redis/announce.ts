import type { RedisClient } from './client'
import { check, isCount } from './replies'

export const channelOf = (namespace: string) => `${namespace}:invalidations`

/** Sends a message to the processes of the namespace that listen. Rejects if Redis did not confirm it. */
export const createPublish =
  (redis: RedisClient, namespace: string) =>
  async (message: { from: string; beat?: number; tags?: readonly string[] }): Promise<void> => {
    await redis.insist('publish', async (client) =>
      check(await client.publish(channelOf(namespace), JSON.stringify(message)), isCount),
    )
  }
