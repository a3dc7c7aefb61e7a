import { createScript, type RedisConnection, RedisError } from '../redis'
import { type Entry, RefusedBatchError } from './batch-writer'
import { OWN_OPERATION } from './connection'

/**
 * KEYS[1] the stream. ARGV: most bytes it may hold, the batch. One XADD; then the oldest batches go until the rest fits.
 * Each entry says how many bytes were ever added up to it, so what the stream holds is the last one's number less the
 * first one's: nothing beside the stream could be lost.
 */
const appendScript = `
local added = 0
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then added = tonumber(last[2][2]) end
added = added + #ARGV[2]
local id = redis.call('XADD', KEYS[1], '*', 'added', string.format('%.0f', added), 'records', ARGV[2])
while true do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  local held = added - tonumber(first[2][2]) + #first[2][4]
  if first[1] == id or held <= tonumber(ARGV[1]) then return id end
  redis.call('XDEL', KEYS[1], first[1])
end`

const append = createScript(appendScript)

function lineOf<T extends object>({ id, at, record }: Entry<T>): string {
  try {
    return JSON.stringify({ id, at, ...record })
  } catch {
    throw new RefusedBatchError(`Record ${id} has no JSON.`)
  }
}

/** Stores a batch as one entry of a Redis Stream that holds `maxBytes` at most: a line of JSON for each record. */
export const createStreamSink =
  <T extends object>({ redis, key, maxBytes }: { redis: RedisConnection; key: string; maxBytes: number }) =>
  async (batch: readonly Entry<T>[]): Promise<void> => {
    const lines = batch.map(lineOf).join('\n')
    try {
      await redis.insist(`${OWN_OPERATION}append`, (client) =>
        append(client, [key], [String(maxBytes), lines]),
      )
    } catch (error) {
      if (error instanceof RedisError && error.reason === 'too_large')
        throw new RefusedBatchError(error.message)
      throw error
    }
  }
