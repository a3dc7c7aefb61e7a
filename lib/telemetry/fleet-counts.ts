import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { namespace } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { createScript, type RedisClient } from '../lookup/redis/client'
import { createBatchWriter, type Entry } from './batch-writer'
import { OWN_OPERATION, telemetryRedis } from './connection'
import { logDeadLetter, logSink } from './log'

/** What a process has counted in a minute since it last said so; numbers are whole. */
export interface CountsRecord {
  /** Minutes since the epoch. */
  minute: number
  series: Record<string, number>
}

const MINUTE = 60_000
const KEPT_MINUTES = 24 * 60
/** An hour more than is read: the oldest minute must not end while it is. Seconds. */
const TTL = (KEPT_MINUTES + 60) * 60

export const minuteOf = (at: number): number => Math.floor(at / MINUTE)

export const keyOfMinute = (namespace: string, minute: number) => `${namespace}:counts:${minute}`

/**
 * KEYS: a minute's hash for each record. ARGV: the writer, the TTL, then for each record its number, how many series
 * follow, and those. Records of a writer come in order, so a number that the hash has seen is a repetition and is
 * ignored: a lost answer counts nothing twice.
 */
const addScript = `
local mark, at = '#' .. ARGV[1], 3
for _, key in ipairs(KEYS) do
  local seq, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  if seq > tonumber(redis.call('HGET', key, mark) or '0') then
    for i = at + 2, at + count * 2, 2 do redis.call('HINCRBY', key, ARGV[i], ARGV[i + 1]) end
    redis.call('HSET', key, mark, seq)
    redis.call('EXPIRE', key, ARGV[2])
  end
  at = at + 2 + count * 2
end`

/** KEYS: the minutes. Returns how many processes counted in them, then each series and its sum. */
const sumScript = `
local sums, writers, count, reply = {}, {}, 0, {}
for _, key in ipairs(KEYS) do
  local pairs = redis.call('HGETALL', key)
  for i = 1, #pairs, 2 do
    local name = pairs[i]
    if name:sub(1, 1) ~= '#' then sums[name] = (sums[name] or 0) + tonumber(pairs[i + 1])
    elseif not writers[name] then writers[name] = true; count = count + 1 end
  end
end
reply[1] = tostring(count)
for name, sum in pairs(sums) do
  reply[#reply + 1] = name
  reply[#reply + 1] = string.format('%.0f', sum)
end
return reply`

const [add, sum] = [createScript(addScript), createScript(sumScript)]

/** Adds records to the sums of their minutes: each once, however often it is sent. */
export const createCountsSink =
  ({ redis, namespace, writer }: { redis: RedisClient; namespace: string; writer: string }) =>
  async (batch: readonly Entry<CountsRecord>[]): Promise<void> => {
    const keys = batch.map(({ record }) => keyOfMinute(namespace, record.minute))
    const args = batch.flatMap(({ seq, record }) => {
      const series = Object.entries(record.series)
      return [seq, series.length, ...series.flat()]
    })
    const argv = [writer, TTL, ...args].map(String)
    await redis.insist(`${OWN_OPERATION}count`, (client) => add(client, keys, argv))
  }

/** Most records that wait: an hour of them. What is counted after that waits in the counters themselves. */
export const MOST_PENDING = 720

/** The writer of what this process counted. */
export const countsWriter = () =>
  onePerProcess('counts-writer', () => {
    const writer = randomBytes(9).toString('base64url')
    return createBatchWriter<CountsRecord>({
      ...{ writer, maxPending: MOST_PENDING, maxBatch: 50 },
      sink: createCountsSink({ redis: telemetryRedis(), namespace: namespace(), writer }),
      onDeadLetter: ({ id }) => logDeadLetter('counts', id),
      onSink: (state) => logSink('counts', state),
    })
  })

const reply = z.array(z.string())

/**
 * What the whole fleet counted in the last minutes, the running one included; at most a day.
 * @throws RedisError
 */
export async function readFleetCounts(
  { redis, namespace }: { redis: RedisClient; namespace: string },
  { minutes, now }: { minutes: number; now: number },
): Promise<{ processes: number; series: Map<string, number> }> {
  const last = minuteOf(now)
  const keys = Array.from({ length: Math.min(minutes, KEPT_MINUTES) }, (_, i) =>
    keyOfMinute(namespace, last - i),
  )
  const [processes, ...pairs] = reply.parse(
    await redis.insist(`${OWN_OPERATION}sum`, (client) => sum(client, keys, [])),
  )
  const series = new Map<string, number>()
  for (let i = 0; i < pairs.length; i += 2) series.set(pairs[i] ?? '', Number(pairs[i + 1]))
  return { processes: Number(processes), series }
}
