import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBatchWriter } from '@/lib/telemetry/batch-writer'
import {
  type CountsRecord,
  createCountsSink,
  minuteOf,
  readFleetCounts,
  readFleetMinutes,
} from '@/lib/telemetry/fleet-counts'
import { readFleetHistory } from '@/lib/telemetry/fleet-history'
import { fieldsOf } from '@/lib/telemetry/series'
import { startRedis } from './redis'

let services: Awaited<ReturnType<typeof startRedis>>
/** One for each test, so that what one test repeats late is not counted in the next. */
let namespace = 't'
let tests = 0
const now = 1_800_000_000_000
const minute = minuteOf(now)

beforeAll(async () => {
  services = await startRedis()
})

afterAll(() => services.close())

beforeEach(async () => {
  namespace = `t${++tests}`
  services.upstash.faults.clear()
  await services.empty()
  services.upstash.resetCounts()
})

function start(writer: string) {
  const { redis } = services
  return createBatchWriter<CountsRecord>({ sink: createCountsSink({ redis, namespace, writer }), writer })
}

async function read(minutes: number) {
  const { processes, series } = await readFleetCounts({ redis: services.redis, namespace }, { minutes, now })
  return { processes, ...Object.fromEntries(series.map(({ name, value }) => [name, value])) }
}

test('sums what several processes count in a minute, and over minutes', async () => {
  const [a, b] = [start('a'), start('b')]
  a.add({ minute, fields: { hits: 3, misses: 1 } })
  a.add({ minute, fields: { hits: 4 } })
  b.add({ minute: minute - 1, fields: { hits: 10 } })
  await Promise.all([a.flush(), b.flush()])
  expect(await read(1)).toEqual({ processes: 1, hits: 7, misses: 1 })
  expect(await read(2)).toEqual({ processes: 2, hits: 17, misses: 1 })
})

test('counts nothing twice when an answer was lost', async () => {
  const writer = start('a')
  services.upstash.faults.next({ reset: 'after' })
  writer.add({ minute, fields: { hits: 3 } })
  expect(await writer.flush()).toBe(false)
  writer.add({ minute, fields: { hits: 2 } })
  expect(await writer.flush()).toBe(true)
  expect(await read(1)).toEqual({ processes: 1, hits: 5 })
})

test('counts nothing twice when a request is executed once more, later', async () => {
  const writer = start('a')
  services.upstash.faults.next({ repeat: 30 })
  for (const hits of [3, 2]) {
    writer.add({ minute, fields: { hits } })
    await writer.flush()
  }
  const executed = () => services.upstash.counts().byCommand
  await expect.poll(() => (executed().eval ?? 0) + (executed().evalsha ?? 0)).toBeGreaterThanOrEqual(3)
  expect(await read(1)).toEqual({ processes: 1, hits: 5 })
})

test('costs one command a flush, and expires after a day', async () => {
  const writer = start('a')
  writer.add({ minute, fields: { hits: 1 } })
  await writer.flush()
  services.upstash.resetCounts()
  for (let i = 0; i < 20; i++) writer.add({ minute: minute - i, fields: { hits: 1, misses: 1 } })
  await writer.flush()
  expect(services.upstash.counts().byCommand).toEqual({ evalsha: 1 })
  const ttl = await services.redis.insist('ttl', (client) => client.ttl(`${namespace}:counts:${minute}`))
  expect(ttl).toBeGreaterThan(24 * 3600)
  expect(ttl).toBeLessThanOrEqual(25 * 3600)
})

test('reads a day at most', async () => {
  const writer = start('a')
  writer.add({ minute: minute - 1439, fields: { hits: 1 } })
  writer.add({ minute: minute - 1440, fields: { hits: 1 } })
  await writer.flush()
  expect(await read(100_000)).toEqual({ processes: 1, hits: 1 })
})

test('series come back with their labels, whatever characters those have, minute by minute', async () => {
  const writer = start('a')
  const odd = { name: 'lookups_total', labels: { lookup: 'a b=c&d', layer: '%,ü' }, value: 2 }
  const plain = { name: 'lookups_total', labels: { lookup: 'user', layer: 'redis' }, value: 3 }
  const other = { name: 'lookups_total_of_something_else', labels: {}, value: 9 }
  writer.add({ minute: minute - 1, fields: Object.fromEntries(fieldsOf([odd, other])) })
  writer.add({ minute, fields: Object.fromEntries(fieldsOf([plain, plain])) })
  await writer.flush()
  const where = { redis: services.redis, namespace }
  expect(await readFleetMinutes(where, { minutes: 3, now, name: 'lookups_total' })).toEqual([
    [],
    [odd],
    [{ ...plain, value: 6 }],
  ])
  const { series } = await readFleetCounts(where, { minutes: 3, now })
  expect(series).toHaveLength(3)
  expect(series).toEqual(expect.arrayContaining([odd, other, { ...plain, value: 6 }]))
})

test('the history has the named metrics in points, in minutes or from the sums of 5 minutes', async () => {
  const [a, b] = [start('a'), start('b')]
  // The beginning of a span, whatever the time is.
  const begin = minute - (minute % 15)
  for (const [ago, value] of [
    [0, 1],
    [1, 2],
    [14, 4],
    [15, 8],
    [29, 16],
  ] as const) {
    a.add({ minute: begin - ago + 14, fields: { 'hits of=a': value, 'other of=a': 100 } })
    b.add({ minute: begin - ago + 14, fields: { 'hits of=a': value } })
  }
  await Promise.all([a.flush(), b.flush()])
  services.upstash.resetCounts()
  const where = { redis: services.redis, namespace }
  const history = async (step: number, minutes: number) => {
    const points = await readFleetHistory(where, {
      ...{ step, minutes, names: ['hits'], now: (begin + 14) * 60_000 },
    })
    return points.map(({ at, series }) => [at / 60_000 - begin, ...series.map(({ value }) => value)])
  }
  expect(await history(15, 30)).toEqual([
    [-15, 48],
    [0, 14],
  ])
  expect(await history(5, 15)).toEqual([[0, 8], [5], [10, 6]])
  expect(await history(1, 3)).toEqual([[12], [13, 4], [14, 2]])
  const { evalsha = 0, eval: first = 0 } = services.upstash.counts().byCommand
  expect(evalsha + first).toBeLessThanOrEqual(4)
})
