import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createBypasses } from '@/lib/lookup/bypass'
import { systemClock } from '@/lib/lookup/clock'
import { createProcessState } from '@/lib/lookup/process-state'
import { createFleet, createUpstream, user } from './in-process-fleet'

/** A process without Redis, and its loads, which the test ends. */
function start() {
  const { join, settle, clock } = createFleet()
  const process = join()
  process.store.down = true
  const { calls, load } = createUpstream<string>()
  return { process, settle, clock, calls, lookup: process.defineLookup(user(load)) }
}

/** The same with a batched loader. */
function startBatched() {
  const { join, settle, clock } = createFleet()
  const process = join()
  process.store.down = true
  const calls: { ids: string[]; answer(): void }[] = []
  const lookup = process.defineLookup<string, string>({
    ...{ name: 'user', version: 1, ttl: 300, key: (id) => id, tags: (id) => [id], batch: { max: 3 } },
    loadMany: (ids) => new Promise((resolve) => calls.push({ ids, answer: () => resolve(ids) })),
  })
  return { process, settle, clock, calls, lookup }
}

describe('a load past Redis', () => {
  it('is not joined by a caller that asks after it began', async () => {
    const { settle, calls, lookup } = start()
    const early = lookup('u1')
    await settle()
    const late = lookup('u1')
    await settle()
    calls[0]?.answer('old')
    await settle()
    calls[1]?.answer('new')
    expect([await early, await late]).toEqual(['old', 'new'])
  })

  it('is never stale: after an invalidation in another process the next read loads again', async () => {
    const { join } = createFleet()
    const [here, there] = [join(), join()]
    let version = 0
    const lookup = here.defineLookup(user(async () => version))
    here.store.down = true
    expect(await lookup('u1')).toBe(0)
    version = 1
    await there.invalidateTags(['user:u1'])
    expect(await lookup('u1')).toBe(1)
  })

  it('runs once for each key, and all who ask meanwhile share the one that waits', async () => {
    const { settle, calls, lookup } = start()
    const reads = [lookup('u1')]
    await settle()
    for (let i = 0; i < 5; i++) {
      reads.push(lookup('u1'))
      await settle()
    }
    expect(calls).toHaveLength(1)
    calls[0]?.answer('first')
    await settle()
    expect(calls).toHaveLength(2)
    calls[1]?.answer('second')
    expect(await Promise.all(reads)).toEqual(['first', ...Array(5).fill('second')])
    expect(calls).toHaveLength(2)
  })

  it('that hangs keeps the next one of its key waiting, and no other key longer than a quarter of a second', async () => {
    const { settle, clock, calls, lookup } = start()
    const hanging = lookup('u1')
    await settle()
    const again = lookup('u1')
    const other = lookup('u2')
    await settle()
    expect(calls.map(({ arg }) => arg)).toEqual(['u1'])
    await clock.advance(250)
    expect(calls.map(({ arg }) => arg)).toEqual(['u1', 'u2'])
    calls[1]?.answer('two')
    expect(await other).toBe('two')
    await clock.advance(1000)
    expect(calls).toHaveLength(2)
    calls[0]?.answer('one')
    await settle()
    expect(calls.map(({ arg }) => arg)).toEqual(['u1', 'u2', 'u1'])
    calls[2]?.answer('one again')
    expect([await hanging, await again]).toEqual(['one', 'one again'])
  })

  it('that fails is not remembered, and those who waited behind it load once', async () => {
    const { settle, calls, lookup } = start()
    const first = lookup('u1').catch((error: unknown) => error)
    await settle()
    const second = [lookup('u1'), lookup('u1')]
    await settle()
    calls[0]?.fail(new Error('down'))
    await settle()
    calls[1]?.answer('up')
    expect(await first).toMatchObject({ message: 'down' })
    expect(await Promise.all(second)).toEqual(['up', 'up'])
    expect(calls).toHaveLength(2)
  })

  it('is one request for all keys that are asked for while another runs, in chunks of the upstream’s limit', async () => {
    const { settle, calls, lookup } = startBatched()
    const first = lookup('u0')
    await settle()
    const later = []
    for (let i = 1; i <= 5; i++) {
      later.push(lookup(`u${i}`), lookup(`u${i}`))
      await settle()
    }
    expect(calls.map(({ ids }) => ids)).toEqual([['u0']])
    calls[0]?.answer()
    await settle()
    expect(calls.map(({ ids }) => ids)).toEqual([['u0'], ['u1', 'u2', 'u3'], ['u4', 'u5']])
    for (const call of calls.slice(1)) call.answer()
    expect(await first).toBe('u0')
    expect(await Promise.all(later)).toEqual(['u1', 'u1', 'u2', 'u2', 'u3', 'u3', 'u4', 'u4', 'u5', 'u5'])
  })

  it('costs the upstream a few list requests a second, however many keys are read', async () => {
    const { join, clock } = createFleet()
    const process = join()
    process.store.down = true
    let calls = 0
    const lookup = process.defineLookup<string, string>({
      ...{ name: 'user', version: 1, ttl: 300, key: (id) => id, tags: (id) => [id] },
      loadMany(ids) {
        calls++
        return new Promise((resolve) => clock.timer(200, () => resolve(ids)))
      },
    })
    const reads: Promise<unknown>[] = []
    for (let i = 0; i < 200; i++) {
      reads.push(lookup(`u${i % 50}`))
      await clock.advance(10)
    }
    await clock.advance(1000)
    await Promise.all(reads)
    // Two seconds of reads, each load 200 ms.
    expect(calls).toBeLessThanOrEqual(11)
  })

  it('is never committed, and the next read of a Redis that is back loads and stores', async () => {
    const { join, store } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup({ ...user(async () => ++version), processTtl: 60 })
    process.store.down = true
    expect(await lookup('u1')).toBe(1)
    expect(store.cells.size).toBe(0)
    process.store.down = false
    expect([await lookup('u1'), await lookup('u1')]).toEqual([2, 2])
  })

  it('leaves nothing in memory once it has ended: its value may be a token', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const state = createProcessState()
    const bypasses = createBypasses<object>(systemClock, state)
    const load = async () => {
      const value = { token: 'secret' }
      await bypasses.join('u1', state.stamp(0), async () => ({ value, entry: '' }))
      return new WeakRef(value)
    }
    const held = await load()
    const isGone = () => {
      collect()
      return held.deref() === undefined
    }
    // A WeakRef keeps its value until the end of the turn.
    await expect.poll(isGone).toBe(true)
  })

  it('of a lookup without loadMany keeps to the concurrency limit', async () => {
    const { join, settle } = createFleet()
    const process = join({ concurrency: 2 })
    process.store.down = true
    const { calls, load } = createUpstream<string>()
    const reads = process.defineLookup(user(load)).many(['a', 'b', 'c', 'd'])
    await settle()
    expect(calls).toHaveLength(2)
    for (let i = 0; i < 4; i++) {
      calls[i]?.answer('x')
      await settle()
    }
    expect(await reads).toEqual(['x', 'x', 'x', 'x'])
  })
})
