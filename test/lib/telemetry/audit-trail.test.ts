import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AuditEvent } from '@/lib/cache/audit-events'
import { readBatches } from '@/lib/telemetry/audit-trail'
import { createBatchWriter } from '@/lib/telemetry/batch-writer'
import { CursorError, exportAudit, readAudit } from '@/lib/telemetry/read-audit'
import { createStreamSink } from '@/lib/telemetry/stream-sink'
import { startRedis } from './redis'

let services: Awaited<ReturnType<typeof startRedis>>
const key = 't:audit'
const DAY = 24 * 60 * 60 * 1000

beforeAll(async () => {
  services = await startRedis()
})

afterAll(() => services.close())

beforeEach(async () => {
  services.upstash.faults.clear()
  await services.empty()
  services.upstash.resetCounts()
})

const writers: { stop(options: { timeout: number }): Promise<unknown> }[] = []

afterEach(() => Promise.all(writers.splice(0).map((writer) => writer.stop({ timeout: 1 }))))

function start(options: { maxBytes?: number; maxBatch?: number; writerBytes?: number } = {}) {
  const { redis } = services
  const dead: string[] = []
  const writer = createBatchWriter<AuditEvent>({
    sink: createStreamSink({ redis, key, maxBytes: options.maxBytes ?? 1_000_000, maxAge: 90 * DAY }),
    onDeadLetter: ({ record }) => dead.push(record.subject),
    ...(options.maxBatch && { maxBatch: options.maxBatch }),
    ...(options.writerBytes && { maxBytes: options.writerBytes }),
  })
  writers.push(writer)
  return { writer, dead, trail: { redis, key } }
}

const event = (subject: string, actor = 'system'): AuditEvent => ({
  ...{ action: 'token.read', actor, subject, outcome: 'ok' },
})

const subjects = (records: readonly { subject: string }[]) => records.map(({ subject }) => subject)

async function exported(
  trail: Parameters<typeof exportAudit>[0],
  options?: Parameters<typeof exportAudit>[1],
) {
  const all = []
  for await (const one of exportAudit(trail, options)) all.push(one)
  return all
}

const streamLength = () => services.redis.insist('xlen', (client) => client.xlen(key))

describe('the stream', () => {
  test('takes a batch of records as one command and one entry', async () => {
    const { writer } = start()
    // The first call also sends the script.
    writer.add(event('u0'))
    await writer.flush()
    services.upstash.resetCounts()
    for (let i = 1; i <= 500; i++) writer.add(event(`u${i}`))
    await writer.flush()
    expect(services.upstash.counts()).toMatchObject({ http: 1, byCommand: { evalsha: 1 } })
    expect(await streamLength()).toBe(2)
  })

  test('holds at most its bytes, and deletes the oldest', async () => {
    const { writer, trail } = start({ maxBytes: 1000 })
    for (let i = 1; i <= 100; i++) {
      writer.add(event(`u${i}`))
      await writer.flush()
    }
    const kept = await exported(trail)
    const bytes = kept.reduce((sum, { record }) => sum + JSON.stringify(record).length, 0)
    expect(bytes).toBeLessThanOrEqual(1000)
    expect(bytes).toBeGreaterThan(800)
    expect(subjects(kept.map(({ record }) => record))).toEqual(
      Array.from({ length: kept.length }, (_, i) => `u${101 - kept.length + i}`),
    )
  })

  test('holds nothing that is too old, and counts its bytes without it', async () => {
    const { writer, trail } = start({ maxBytes: 1000 })
    const add = (days: number) =>
      services.redis.insist('xadd', (client) =>
        client.xadd(key, `${Date.now() - days * DAY}-0`, { records: JSON.stringify(event(`${days} days`)) }),
      )
    for (const days of [400, 91, 89]) await add(days)
    writer.add(event('u1'))
    await writer.flush()
    const batches = []
    for await (const { id } of readBatches(trail, { from: '-', to: '+', newestFirst: false }))
      batches.push(id)
    expect(batches.map((id) => Math.round((Date.now() - Number(id.split('-')[0])) / DAY))).toEqual([89, 0])
    const bytes = await services.redis.insist('get', (client) => client.get(`${key}:bytes`))
    const { records } = await readAudit(trail)
    expect(Number(bytes)).toBe(JSON.stringify(event('89 days')).length + JSON.stringify(records[0]).length)
  })

  test('expires when nobody writes to it any more', async () => {
    const { writer } = start()
    writer.add(event('u1'))
    await writer.flush()
    for (const name of [key, `${key}:bytes`]) {
      const left = await services.redis.insist('pttl', (client) => client.pttl(name))
      expect(Math.ceil(left / DAY)).toBe(90)
    }
  })

  test('is measured again if its size is missing', async () => {
    const { writer, trail } = start({ maxBytes: 1000 })
    for (let i = 1; i <= 100; i++) {
      writer.add(event(`u${i}`))
      await writer.flush()
      if (i % 10 === 0) await services.redis.insist('del', (client) => client.del(`${key}:bytes`))
    }
    const kept = await exported(trail)
    expect(kept.at(-1)?.record.subject).toBe('u100')
    const bytes = kept.reduce((sum, { record }) => sum + JSON.stringify(record).length, 0)
    expect(bytes).toBeLessThanOrEqual(1000)
  })

  test('keeps a batch that alone is larger than the limit', async () => {
    const { writer, trail } = start({ maxBytes: 10 })
    writer.add(event('u1'))
    await writer.flush()
    writer.add(event('u2'))
    await writer.flush()
    expect(subjects((await readAudit(trail)).records)).toEqual(['u2'])
  })

  test('has a batch twice if its answer was lost, and readers see it once', async () => {
    const { writer, trail } = start()
    services.upstash.faults.next({ reset: 'after' })
    for (const subject of ['u1', 'u2']) writer.add(event(subject))
    expect(await writer.flush()).toBe(false)
    writer.add(event('u3'))
    expect(await writer.flush()).toBe(true)
    expect(await streamLength()).toBe(3)
    expect(subjects((await readAudit(trail)).records)).toEqual(['u3', 'u2', 'u1'])
    expect(subjects((await exported(trail)).map(({ record }) => record))).toEqual(['u1', 'u2', 'u3'])
  })

  test('drops a record that is too large for Redis, and stores the others', async () => {
    const { writer, dead, trail } = start({ writerBytes: 50_000_000, maxBytes: 50_000_000 })
    const huge = 'x'.repeat(11_000_000)
    for (const subject of ['u1', huge, 'u2']) writer.add(event(subject))
    expect(await writer.flush()).toBe(true)
    expect(dead.map(({ length }) => length)).toEqual([11_000_000])
    expect(subjects((await readAudit(trail)).records)).toEqual(['u2', 'u1'])
  })

  test('drops no record if the key is not a stream', async () => {
    await services.redis.insist('set', (client) => client.set(key, 'mine'))
    const { writer, dead } = start()
    for (const subject of ['u1', 'u2']) writer.add(event(subject))
    expect(await writer.flush()).toBe(false)
    expect([dead, writer.pending()]).toEqual([[], 2])
  })
})

describe('the trail', () => {
  /** 100 records in batches of 7, about three users in turn. */
  async function fill() {
    const { writer, trail } = start({ maxBatch: 7 })
    for (let i = 1; i <= 100; i++) writer.add({ ...event(`user_${i % 3}`), target: String(i) })
    await writer.flush()
    return trail
  }

  test('is read in pages, newest first, each record once', async () => {
    const trail = await fill()
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const { records, next } = await readAudit(trail, { limit: 30, ...(cursor && { cursor }) })
      pages.push(records.map(({ target }) => target ?? ''))
      cursor = next
    } while (cursor)
    expect(pages.map(({ length }) => length)).toEqual([30, 30, 30, 10])
    expect(pages.flat()).toEqual(Array.from({ length: 100 }, (_, i) => String(100 - i)))
  })

  test('is read by user, as actor or as subject', async () => {
    const trail = await fill()
    const { writer } = start()
    writer.add(event('somebody', 'user_1'))
    await writer.flush()
    const { records, next } = await readAudit(trail, { user: 'user_1', limit: 100 })
    expect([records.length, next]).toEqual([35, undefined])
    expect(records[0]).toMatchObject({ actor: 'user_1', subject: 'somebody' })
  })

  test('is searched 20,000 records at a time, so that a page for which there are no records costs a bounded time', async () => {
    const { writer, trail } = start({ maxBytes: 32_000_000 })
    writer.add(event('sought'))
    for (let i = 0; i < 22_000; i++) {
      writer.add(event(`user_${i}`))
      if (i % 5000 === 0) await writer.flush()
    }
    await writer.flush()
    const where = (record: { subject: string }) => record.subject === 'sought'
    const first = await readAudit(trail, { where })
    expect([first.records, first.next]).toEqual([[], expect.any(String)])
    const second = await readAudit(trail, { where, ...(first.next && { cursor: first.next }) })
    expect([subjects(second.records), second.next]).toEqual([['sought'], undefined])
  })

  test('is read by the time of writing', async () => {
    const { writer, trail } = start()
    const writtenAt = async () => {
      const times: number[] = []
      for await (const { id } of readBatches(trail, { from: '-', to: '+', newestFirst: false }))
        times.push(Number(id.split('-')[0]))
      return times
    }
    for (const subject of ['u1', 'u2', 'u3']) {
      writer.add(event(subject))
      await writer.flush()
      const [last = 0] = (await writtenAt()).slice(-1)
      await expect.poll(() => Date.now(), { interval: 5 }).toBeGreaterThan(last)
    }
    const [, second = 0] = await writtenAt()
    const { records } = await readAudit(trail, { since: second, until: second })
    expect(subjects(records)).toEqual(['u2'])
  })

  test('is exported oldest first, and continued after a cursor', async () => {
    const trail = await fill()
    const first = (await exported(trail)).slice(0, 40)
    const rest = await exported(trail, { after: first.at(-1)?.cursor ?? '' })
    expect([...first, ...rest].map(({ record }) => record.target)).toEqual(
      Array.from({ length: 100 }, (_, i) => String(i + 1)),
    )
  })

  /** Batches of one record each, in one request. */
  /** In one command, which can be repeated where its answer is lost. */
  const addSmall = (count: number) =>
    services.redis.insist('eval', (client) =>
      client.eval(
        `redis.call('DEL', KEYS[1])
        for i = 1, tonumber(ARGV[1]) do
          local record = string.gsub(ARGV[2], '1234567', tostring(i - 1))
          redis.call('XADD', KEYS[1], i .. '-0', 'records', record)
        end`,
        [key],
        [String(count), JSON.stringify({ ...event('u1'), id: 'r1234567', at: 1234567 })],
      ),
    )

  test.each([true, false])(
    'of small batches is read in few requests, newest first: %s',
    async (newestFirst) => {
      await addSmall(4000)
      services.upstash.resetCounts()
      const ids: string[] = []
      for await (const { id } of readBatches(start().trail, { from: '-', to: '+', newestFirst })) ids.push(id)
      const all = Array.from({ length: 4000 }, (_, i) => `${i + 1}-0`)
      expect(ids).toEqual(newestFirst ? all.reverse() : all)
      expect(services.upstash.counts().http).toBeLessThanOrEqual(8)
    },
  )

  test('is read in smaller parts where an answer would be too large', async () => {
    await addSmall(200)
    services.upstash.faults.next({ skip: 1, error: 'ERR max request size exceeded. Limit: 10485760 bytes' })
    services.upstash.resetCounts()
    const ids = []
    for await (const { id } of readBatches(start().trail, { from: '-', to: '+', newestFirst: true }))
      ids.push(id)
    expect(new Set(ids).size).toBe(200)
    expect(services.upstash.counts().http).toBeGreaterThan(3)
  })

  test('is searched as a whole with a signal, and no further once it has aborted', async () => {
    await addSmall(2000)
    const { signal } = new AbortController()
    const where = ({ id }: { id: string }) => id === 'r0'
    expect((await readAudit(start().trail, { where })).records).toEqual([])
    expect((await readAudit(start().trail, { where, signal })).records).toMatchObject([{ id: 'r0' }])
    const gone = new AbortController()
    services.upstash.faults.set({ after: () => gone.abort() })
    services.upstash.resetCounts()
    const read = readAudit(start().trail, { where, signal: gone.signal })
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    expect(services.upstash.counts().http).toBe(1)
  })

  test('has no page if it is empty', async () => {
    expect(await readAudit(start().trail)).toEqual({ records: [], next: undefined })
  })

  test('leaves out lines that are not records', async () => {
    const { writer, trail } = start()
    await services.redis.insist('xadd', (client) => client.xadd(key, '*', { records: '{"id":1}\nnonsense' }))
    writer.add(event('u1'))
    await writer.flush()
    expect(subjects((await readAudit(trail)).records)).toEqual(['u1'])
  })

  test.each(['x', '1-1', '1-1:x', '-:0', '+'])('refuses the cursor %j', async (cursor) => {
    await expect(readAudit(start().trail, { cursor })).rejects.toThrow(CursorError)
  })
})
