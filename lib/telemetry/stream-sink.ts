import { createScript, type RedisClient } from '../lookup/redis/client'
import { RedisError } from '../lookup/redis/failures'
import { type Entry, RefusedBatchError } from './batch-writer'
import { OWN_OPERATION } from './connection'

/**
 * KEYS: the stream, and its number of bytes. ARGV: the most bytes, the batch, the most milliseconds. One XADD, then the
 * oldest batches are deleted until the rest fits and none is too old, at most 1000 at a time. A stream that nobody writes
 * to any more expires. If the number is missing, for example because it was evicted, the stream is measured.
 */
const appendScript = `
local held = tonumber(redis.call('GET', KEYS[2]) or '')
if not held then
  held = 0
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do held = held + #entry[2][2] end
end
local id = redis.call('XADD', KEYS[1], '*', 'records', ARGV[2])
held = held + #ARGV[2]
local function time(of) return tonumber(string.match(of, '^%d+')) end
for _ = 1, 1000 do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  local fits = held <= tonumber(ARGV[1]) and time(first[1]) >= time(id) - ARGV[3]
  if fits or first[1] == id then break end
  redis.call('XDEL', KEYS[1], first[1])
  held = held - #first[2][2]
end
redis.call('SET', KEYS[2], string.format('%.0f', held))
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end`

const append = createScript(appendScript)

function lineOf<T extends object>({ id, at, record }: Entry<T>): string {
  try {
    return JSON.stringify({ id, at, ...record })
  } catch {
    throw new RefusedBatchError(`Record ${id} cannot be written as JSON.`)
  }
}

interface StreamOptions {
  redis: RedisClient
  key: string
  maxBytes: number
  /** Milliseconds. */
  maxAge: number
}

/** Stores a batch as one entry of a Redis Stream of bounded size and age: one line of JSON per record. */
export const createStreamSink =
  <T extends object>({ redis, key, maxBytes, maxAge }: StreamOptions) =>
  async (batch: readonly Entry<T>[]): Promise<void> => {
    const lines = batch.map(lineOf).join('\n')
    try {
      await redis.insist(`${OWN_OPERATION}append`, (client) =>
        append(client, [key, `${key}:bytes`], [String(maxBytes), lines, String(maxAge)]),
      )
    } catch (error) {
      if (error instanceof RedisError && error.reason === 'too_large')
        throw new RefusedBatchError(error.message)
      throw error
    }
  }
