import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  type BatchWriterOptions,
  createBatchWriter,
  type Entry,
  RefusedBatchError,
} from '@/lib/telemetry/batch-writer'
import { createVirtualClock, settle } from '../../../lib/lookup/testing/virtual-clock'

/** A sink that accepts batches, fails while `down`, refuses a batch with a `poison` record, and waits while `held`. */
function createSink() {
  const sink = {
    written: [] as string[][],
    /** Records of every attempt. */
    attempts: [] as number[],
    entries: [] as Entry<string>[],
    down: false,
    /** Stores, then fails: the answer is lost. */
    deaf: false,
    held: undefined as Promise<void> | undefined,
    most: 0,
  }
  let underWay = 0
  async function send(batch: readonly Entry<string>[]) {
    sink.most = Math.max(sink.most, ++underWay)
    sink.attempts.push(batch.length)
    try {
      await sink.held
      if (sink.down) throw new Error('down')
      if (batch.some(({ record }) => record.startsWith('poison'))) throw new RefusedBatchError('no')
      sink.written.push(batch.map(({ record }) => record))
      sink.entries.push(...batch)
      if (sink.deaf) throw new Error('no answer')
    } finally {
      underWay--
    }
  }
  return Object.assign(sink, { send, all: () => sink.written.flat() })
}

function start(options: Partial<BatchWriterOptions<string>> = {}) {
  const clock = createVirtualClock()
  const sink = createSink()
  const dead: string[] = []
  const said: boolean[] = []
  const writer = createBatchWriter<string>({
    ...{ sink: sink.send, clock, writer: 'w' },
    onDeadLetter: ({ record }) => dead.push(record),
    onSink: ({ failing }) => said.push(failing),
    ...options,
  })
  const addAll = (count: number, from = 1) =>
    Array.from({ length: count }, (_, i) => writer.add(`r${from + i}`))
  return { clock, sink, dead, said, writer, addAll }
}

const names = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `r${from + i}`)

/** A promise and what resolves it. */
function gate() {
  let open = () => {}
  const wait = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait, open }
}

describe('a batch begins', () => {
  test('at 1000 records, and not one earlier', async () => {
    const { sink, writer, addAll } = start()
    addAll(999)
    await settle()
    expect(sink.attempts).toEqual([])
    writer.add('last')
    await settle()
    expect(sink.attempts).toEqual([1000])
  })

  test('at 512 KB, and holds no more than that', async () => {
    const { sink, writer } = start({ sizeOf: () => 100_000 })
    for (let i = 0; i < 5; i++) writer.add('large')
    await settle()
    expect(sink.attempts).toEqual([])
    writer.add('large')
    await settle()
    expect(sink.attempts).toEqual([5])
  })

  test('5 s after its first record, with all that came since', async () => {
    const { clock, sink, writer } = start()
    writer.add('a')
    await clock.advance(4000)
    writer.add('b')
    await clock.advance(999)
    expect(sink.written).toEqual([])
    await clock.advance(1)
    expect(sink.written).toEqual([['a', 'b']])
  })

  test('with a record that is larger than a batch, alone', async () => {
    const { clock, sink, writer } = start({ sizeOf: (record) => (record === 'huge' ? 600_000 : 10) })
    for (const record of ['a', 'huge', 'b']) writer.add(record)
    await clock.advance(5000)
    expect(sink.written).toEqual([['a'], ['huge'], ['b']])
  })

  test('never, while there is nothing to send', async () => {
    const { clock, sink } = start()
    await clock.advance(3600_000)
    expect(sink.attempts).toEqual([])
  })
})

describe('a record', () => {
  test('has an id that is its writer and number, and the time it was added', async () => {
    const { sink, writer } = start()
    const at = Date.UTC(2026, 0, 1)
    vi.useFakeTimers({ toFake: ['Date'], now: at })
    try {
      writer.add('a')
      vi.setSystemTime(at + 10)
      writer.add('b')
      await writer.flush()
    } finally {
      vi.useRealTimers()
    }
    expect(sink.entries).toMatchObject([
      { id: 'w-1', seq: 1, at, record: 'a' },
      { id: 'w-2', seq: 2, at: at + 10, record: 'b' },
    ])
  })

  test('that has no size is dropped, and add does not throw', () => {
    const writer = createBatchWriter<object>({ sink: async () => {} })
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(writer.add({ circular })).toBe('dropped')
    expect(writer.counts()).toEqual({ written: 0, dropped: 1, dead: 0, pending: 0 })
  })

  test('is sent outside the request that added it', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const request = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    const clock = createVirtualClock()
    const writer = createBatchWriter<string>({ sink: async () => void seen.push(request.getStore()), clock })
    await request.run('request', async () => {
      writer.add('a')
      await writer.flush()
    })
    expect(seen).toEqual([undefined])
  })
})

describe('flush', () => {
  test('covers the batch that is being sent and what was added before the call', async () => {
    const { sink, writer } = start()
    const { wait, open } = gate()
    sink.held = wait
    writer.add('a')
    const first = writer.flush()
    await settle()
    writer.add('b')
    let done = false
    const second = writer.flush().then((written) => {
      done = true
      return written
    })
    await settle()
    expect([sink.attempts, done]).toEqual([[1], false])
    open()
    expect([await first, await second]).toEqual([true, true])
    expect(sink.written).toEqual([['a'], ['b']])
    expect(sink.most).toBe(1)
  })

  test('says no when the sink fails, and the records stay', async () => {
    const { sink, writer } = start()
    sink.down = true
    writer.add('a')
    expect(await writer.flush()).toBe(false)
    expect(writer.pending()).toBe(1)
  })

  test('with a timeout goes on trying until the sink is back', async () => {
    const { clock, sink, writer } = start()
    sink.down = true
    writer.add('a')
    const flushed = writer.flush({ timeout: 2000 })
    await clock.advance(1000)
    sink.down = false
    await clock.advance(250)
    expect(await flushed).toBe(true)
  })

  test('with a timeout gives up on a sink that is not responding', async () => {
    const { clock, sink, writer } = start()
    sink.held = new Promise(() => {})
    writer.add('a')
    const flushed = writer.flush({ timeout: 2000 })
    await clock.advance(2000)
    expect(await flushed).toBe(false)
  })

  test('with nothing pending is done at once', async () => {
    expect(await start().writer.flush()).toBe(true)
  })
})

describe('a sink that fails', () => {
  test('is tried again with the same batch, later each time, and keeps the order when it is back', async () => {
    const { clock, sink, writer, addAll, said } = start()
    sink.down = true
    addAll(3)
    await writer.flush()
    const tried: number[] = []
    for (let waited = 0; waited < 60_000; waited += 250) {
      const before = sink.attempts.length
      await clock.advance(250)
      if (sink.attempts.length > before) tried.push(waited + 250)
      if (waited === 1000) writer.add('r4')
    }
    // Pauses of 250 ms, doubled up to 30 s; the first attempt was at once.
    expect(tried).toEqual([250, 750, 1750, 3750, 7750, 15750, 31750])
    expect(new Set(sink.attempts)).toEqual(new Set([3]))
    sink.down = false
    await clock.advance(30_000)
    await clock.advance(5_000)
    expect(sink.written).toEqual([names(3), ['r4']])
    expect(said).toEqual([true, false])
  })

  test('is not asked more often because records come in', async () => {
    const { clock, sink, addAll } = start({ maxBatch: 2 })
    sink.down = true
    addAll(2)
    await settle()
    addAll(100)
    await clock.advance(249)
    expect(sink.attempts).toEqual([2])
  })

  test('with lost answers leaves duplicates, which can be recognized by their IDs', async () => {
    const { clock, sink, writer } = start()
    sink.deaf = true
    for (const record of ['a', 'b']) writer.add(record)
    await writer.flush()
    sink.deaf = false
    await clock.advance(1000)
    expect(sink.written).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect([...new Map(sink.entries.map((entry) => [entry.id, entry.record])).values()]).toEqual(['a', 'b'])
  })
})

describe('a poison record', () => {
  test('reaches the dead letter, and nothing else does', async () => {
    const { sink, dead, writer, addAll } = start()
    addAll(300)
    writer.add('poison')
    addAll(699, 301)
    expect(await writer.flush()).toBe(true)
    expect(dead).toEqual(['poison'])
    expect(sink.all()).toEqual(names(999))
    expect(writer.counts()).toEqual({ written: 999, dropped: 0, dead: 1, pending: 0 })
    // A search by halves, not one by one.
    expect(sink.attempts.length).toBeLessThan(25)
  })

  test('is not looked for in an outage', async () => {
    const { clock, sink, dead, addAll } = start({ maxBatch: 8 })
    sink.down = true
    addAll(8)
    await clock.advance(120_000)
    expect(new Set(sink.attempts)).toEqual(new Set([8]))
    expect(dead).toEqual([])
  })

  test('found, full batches go on', async () => {
    const { sink, dead, writer, addAll } = start({ maxBatch: 8, maxPending: 100 })
    writer.add('poison')
    addAll(40)
    await writer.flush()
    expect(dead).toEqual(['poison'])
    expect(sink.attempts.slice(-3)).toEqual([8, 8, 8])
  })

  test('goes on sending if the listener for dead letters throws', async () => {
    const { sink, writer } = start({
      onDeadLetter: () => {
        throw new Error('no')
      },
    })
    for (const record of ['poison', 'a']) writer.add(record)
    expect(await writer.flush()).toBe(true)
    expect(sink.all()).toEqual(['a'])
  })
})

describe('more than may be pending', () => {
  test('is dropped, counted exactly, and the count is written when the sink is back', async () => {
    const { clock, sink, writer, addAll } = start({ maxPending: 10, maxBatch: 5, lost: (n) => `lost ${n}` })
    sink.down = true
    expect(addAll(13)).toEqual([...Array(10).fill('accepted'), ...Array(3).fill('dropped')])
    await clock.advance(500)
    expect(addAll(2, 14)).toEqual(['dropped', 'dropped'])
    sink.down = false
    await clock.advance(60_000)
    expect(sink.all()).toEqual([...names(10), 'lost 5'])
    addAll(1, 16)
    await writer.flush()
    expect(sink.all()).toEqual([...names(10), 'lost 5', 'r16'])
    expect(writer.counts()).toEqual({ written: 12, dropped: 5, dead: 0, pending: 0 })
  })
})

describe('stop', () => {
  test('writes what is pending, refuses what comes after, and reports', async () => {
    const { sink, writer, addAll } = start()
    addAll(2500)
    const stopped = writer.stop()
    expect(writer.add('late')).toBe('dropped')
    expect(await stopped).toEqual({ written: 2500, dropped: 1, dead: 0, pending: 0 })
    expect(sink.all()).toEqual(names(2500))
  })

  test('writes the count of what was dropped before, too', async () => {
    const { sink, writer, addAll } = start({ maxPending: 3, lost: (n) => `lost ${n}` })
    addAll(5)
    expect(await writer.stop()).toEqual({ written: 4, dropped: 2, dead: 0, pending: 0 })
    expect(sink.all()).toEqual([...names(3), 'lost 2'])
  })

  test('gives up after its timeout and says what is still pending', async () => {
    const { clock, sink, writer, addAll } = start()
    sink.down = true
    addAll(7)
    const stopped = writer.stop({ timeout: 3000 })
    await clock.advance(3000)
    expect(await stopped).toEqual({ written: 0, dropped: 0, dead: 0, pending: 7 })
    const attempts = sink.attempts.length
    expect(attempts).toBeGreaterThan(5)
    await clock.advance(60_000)
    expect(sink.attempts.length).toBe(attempts)
  })

  test('does not start again when the last batch fails', async () => {
    const { clock, sink, writer } = start()
    const { wait, open } = gate()
    sink.held = wait
    sink.down = true
    writer.add('a')
    const stopped = writer.stop({ timeout: 3000 })
    await clock.advance(3000)
    expect(await stopped).toMatchObject({ pending: 1 })
    open()
    await clock.advance(60_000)
    expect(sink.attempts).toEqual([1])
  })
})

test('after any steps in any order, each accepted record is written once and in order, dead or pending', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'poison' as const }) },
    { weight: 2, arbitrary: fc.constantFrom({ do: 'flush' as const }, { do: 'patient flush' as const }) },
    { weight: 2, arbitrary: fc.constantFrom({ do: 'down' as const }, { do: 'up' as const }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'deaf' as const }, { do: 'hearing' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 9000 }) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, sink, dead, writer } = start({ maxBatch: 4, maxPending: 12, lost: (n) => `lost ${n}` })
      const accepted: string[] = []
      let [sent, dropped] = [0, 0]
      const add = (record: string) => {
        if (writer.add(record) === 'accepted') accepted.push(record)
        else dropped++
      }
      for (const one of steps) {
        if (one.do === 'add') for (let i = 0; i < one.count; i++) add(`r${++sent}`)
        if (one.do === 'poison') add(`poison${++sent}`)
        if (one.do === 'flush') void writer.flush()
        if (one.do === 'patient flush') void writer.flush({ timeout: 1000 })
        if (one.do === 'down' || one.do === 'up') sink.down = one.do === 'down'
        if (one.do === 'deaf' || one.do === 'hearing') sink.deaf = one.do === 'deaf'
        if (one.do === 'wait') await clock.advance(one.ms)
        expect(writer.pending()).toBeLessThanOrEqual(13)
      }
      sink.down = false
      sink.deaf = false
      await clock.advance(120_000)
      expect(await writer.flush()).toBe(true)
      const once = [...new Map(sink.entries.map((entry) => [entry.id, entry.record])).values()]
      expect(once.filter((record) => !record.startsWith('lost'))).toEqual(
        accepted.filter((record) => !record.startsWith('poison')),
      )
      expect(dead).toEqual(accepted.filter((record) => record.startsWith('poison')))
      const reported = once.map((record) => Number(/^lost (\d+)$/.exec(record)?.[1] ?? 0))
      expect(reported.reduce((sum, count) => sum + count, 0)).toBe(once.length > 0 ? dropped : 0)
      expect([sink.most <= 1, Math.max(0, ...sink.attempts) <= 4]).toEqual([true, true])
    }),
    { numRuns: 200 },
  )
}, 60_000)
