import { createScript, type RedisClient } from '../lookup/redis/client'
import { RedisError } from '../lookup/redis/failures'
import { type Entry, RefusedBatchError } from './batch-writer'
import { OWN_OPERATION } from './connection'

/**
 * KEYS: the stream, and its number of bytes. ARGV: the most bytes, the batch. One XADD, then the oldest batches are
 * deleted until the rest fits. If the number is missing, for example because it was evicted, the stream is measured.
 */
const appendScript = `
local held = tonumber(redis.call('GET', KEYS[2]) or '')
if not held then
  held = 0
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do held = held + #entry[2][2] end
end
local id = redis.call('XADD', KEYS[1], '*', 'records', ARGV[2])
held = held + #ARGV[2]
while held > tonumber(ARGV[1]) do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if first[1] == id then break end
  redis.call('XDEL', KEYS[1], first[1])
  held = held - #first[2][2]
end
redis.call('SET', KEYS[2], string.format('%.0f', held))`

const append = createScript(appendScript)

function lineOf<T extends object>({ id, at, record }: Entry<T>): string {
  try {
    return JSON.stringify({ id, at, ...record })
  } catch {
    throw new RefusedBatchError(`Record ${id} cannot be written as JSON.`)
  }
}

/** Stores a batch as one entry of a Redis Stream of at most `maxBytes`: one line of JSON per record. */
export const createStreamSink =
  <T extends object>({ redis, key, maxBytes }: { redis: RedisClient; key: string; maxBytes: number }) =>
  async (batch: readonly Entry<T>[]): Promise<void> => {
    const lines = batch.map(lineOf).join('\n')
    try {
      await redis.insist(`${OWN_OPERATION}append`, (client) =>
        append(client, [key, `${key}:bytes`], [String(maxBytes), lines]),
      )
    } catch (error) {
      if (error instanceof RedisError && error.reason === 'too_large')
        throw new RefusedBatchError(error.message)
      throw error
    }
  }
