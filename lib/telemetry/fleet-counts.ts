import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { namespace } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { createScript, type RedisClient } from '../lookup/redis/client'
import { createBatchWriter, type Entry } from './batch-writer'
import { OWN_OPERATION, telemetryRedis } from './connection'
import { logDeadLetter, logSink } from './log'
import { parseField, type Series } from './series'

/** What a process has counted in a minute since its last record. */
export interface CountsRecord {
  /** Minutes since the epoch. */
  minute: number
  /** Fields of the minute's hash, and the whole numbers to add to them. */
  fields: Record<string, number>
}

const MINUTE = 60_000
const KEPT_MINUTES = 24 * 60
/** Seconds. An hour longer than is read, so that the oldest minute does not expire while it is being read. */
const TTL = (KEPT_MINUTES + 60) * 60

export const minuteOf = (at: number): number => Math.floor(at / MINUTE)

/** Minutes that one key of the history adds up. */
export const SPAN = 5

const keyOfMinute = (namespace: string, minute: number) => `${namespace}:counts:${minute}`
/** The key of the span that a minute is in. */
export const keyOfSpan = (namespace: string, minute: number) =>
  `${namespace}:counts:span:${Math.floor(minute / SPAN)}`

/**
 * KEYS: for each record the hash of its minute and the hash of its span. ARGV: the writer, the TTL, then for each record its number, how many fields
 * follow, and the fields. Records of a writer come in order, so a number that the hash has already seen is a repetition
 * and is ignored: after a lost answer nothing is counted twice.
 */
const addScript = `
local mark, at = '#' .. ARGV[1], 3
for record = 1, #KEYS, 2 do
  local seq, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  for k = record, record + 1 do
    local key = KEYS[k]
    if seq > tonumber(redis.call('HGET', key, mark) or '0') then
      for i = at + 2, at + count * 2, 2 do redis.call('HINCRBY', key, ARGV[i], ARGV[i + 1]) end
      redis.call('HSET', key, mark, seq)
      redis.call('EXPIRE', key, ARGV[2])
    end
  end
  at = at + 2 + count * 2
end`

/** KEYS: the minutes. Returns how many processes counted in them, then each field and its sum. */
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

/** KEYS: the minutes. ARGV: the name of a metric. Returns for each minute the fields of that name and their values. */
const minutesScript = `
local reply = {}
for i, key in ipairs(KEYS) do
  local found, pairs = {}, redis.call('HGETALL', key)
  for j = 1, #pairs, 2 do
    if pairs[j]:sub(1, #ARGV[1] + 1) == ARGV[1] .. ' ' then
      found[#found + 1] = pairs[j]
      found[#found + 1] = pairs[j + 1]
    end
  end
  reply[i] = found
end
return reply`

const add = createScript(addScript)
const sum = createScript(sumScript)
const byMinute = createScript(minutesScript)

/** Adds records to the sums of their minutes: each record once, however often it is sent. */
export const createCountsSink =
  ({ redis, namespace, writer }: { redis: RedisClient; namespace: string; writer: string }) =>
  async (batch: readonly Entry<CountsRecord>[]): Promise<void> => {
    const keys = batch.flatMap(({ record: { minute } }) => [
      keyOfMinute(namespace, minute),
      keyOfSpan(namespace, minute),
    ])
    const args = batch.flatMap(({ seq, record }) => {
      const fields = Object.entries(record.fields)
      return [seq, fields.length, ...fields.flat()]
    })
    const argv = [writer, TTL, ...args].map(String)
    await redis.insist(`${OWN_OPERATION}count`, (client) => add(client, keys, argv))
  }

/** Most pending records: an hour of them. What is counted after that stays in the counters until there is room. */
export const MOST_PENDING = 720

/** The writer of this process's counts. */
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

export const allOf = z.array(z.string())

/** Fields and values by turns, as series. */
export const seriesOf = (pairs: readonly string[]): Series[] =>
  pairs.flatMap((field, i) => (i % 2 === 0 ? [parseField(field, pairs[i + 1] ?? '0')] : []))

export type Where = { redis: RedisClient; namespace: string }

/** The keys of the last `minutes`, the running one included, oldest first; at most a day. */
export function keysOf(namespace: string, { minutes, now }: { minutes: number; now: number }): string[] {
  const length = Math.min(minutes, KEPT_MINUTES)
  return Array.from({ length }, (_, i) => keyOfMinute(namespace, minuteOf(now) - length + 1 + i))
}

/**
 * What the whole fleet counted in the last `minutes`, the running one included; at most a day. One Redis command.
 * @throws RedisError
 */
export async function readFleetCounts(
  { redis, namespace }: Where,
  range: { minutes: number; now: number },
): Promise<{ processes: number; series: Series[] }> {
  const [processes, ...pairs] = await redis.insist(`${OWN_OPERATION}sum`, async (client) =>
    allOf.parse(await sum(client, keysOf(namespace, range), [])),
  )
  return { processes: Number(processes), series: seriesOf(pairs) }
}

/**
 * What the whole fleet counted of the metric `name`, minute by minute, oldest first. One Redis command.
 * @throws RedisError
 */
export async function readFleetMinutes(
  { redis, namespace }: Where,
  { name, ...range }: { minutes: number; now: number; name: string },
): Promise<Series[][]> {
  const found = await redis.insist(`${OWN_OPERATION}minutes`, async (client) =>
    z.array(allOf).parse(await byMinute(client, keysOf(namespace, range), [name])),
  )
  return found.map(seriesOf)
}
