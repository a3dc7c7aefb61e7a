import { describe, expect, it } from 'vitest'
import { createProcessCache } from '@/lib/lookup/process-cache'
import { createProcessState } from '@/lib/lookup/process-state'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { createVirtualClock } from '../../../lib/lookup/testing/virtual-clock'
import { createFleet, createUpstream, user } from './in-process-fleet'

const cached = <T>(load: (id: string, context: { signal: AbortSignal }) => Promise<T | null>) => ({
  ...user(load),
  processTtl: 60,
})

describe('the process cache', () => {
  it('is off unless a TTL is given', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await lookup('u1')
    await lookup('u1')
    expect(process.stats().user).toMatchObject({ process: 0, redis: 1 })
  })

  it('answers without asking Redis, for its TTL', async () => {
    const { join, clock } = createFleet()
    const process = join()
    const lookup = process.defineLookup(cached(async (id) => ({ id })))
    await lookup('u1')
    process.store.commands.length = 0
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    await clock.advance(59_000)
    await lookup('u1')
    expect(process.store.commands).toEqual([])
    await clock.advance(2000)
    await lookup('u1')
    expect(process.store.commands).toEqual(['read'])
  })

  it('drops the values of the tags that are invalidated in this process', async () => {
    const { join } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup({ ...cached(async () => ++version), tags: (id) => [id, 'all'] })
    await lookup.many(['u1', 'u2'])
    await process.invalidateTags(['u1'])
    expect(await lookup.many(['u1', 'u2'])).toEqual([3, 2])
    await process.invalidateTags(['all'])
    expect(await lookup.many(['u1', 'u2'])).toEqual([4, 5])
  })

  it('is not filled by a read that was sent before an invalidation and answered after it', async () => {
    const { join, settle } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(cached(async () => ++version))
    await join().defineLookup(user(async () => ++version))('u1')
    const { read } = process.store
    let answer = () => {}
    process.store.read = async (keys) => {
      const texts = await read(keys)
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return texts
    }
    const early = lookup('u1')
    await settle()
    process.store.read = read
    await lookup.invalidate('u1')
    answer()
    expect(await early).toBe(1)
    expect(await lookup('u1')).toBe(2)
  })

  it('is not filled by a load that was invalidated', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const [process, other] = [join(), join()]
    const lookup = process.defineLookup(cached(load))
    const early = lookup('u1')
    await settle()
    await other.invalidateTags(['user:u1'])
    calls[0]?.answer(1)
    expect(await early).toBe(1)
    const late = lookup('u1')
    await settle()
    calls[1]?.answer(2)
    expect(await late).toBe(2)
  })

  it('counts its TTL from when the read was sent', async () => {
    const { join, clock, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const process = join()
    const lookup = process.defineLookup({ ...cached(load), processTtl: 10 })
    const slow = lookup('u1')
    await clock.advance(6000)
    calls[0]?.answer(1)
    await slow
    await clock.advance(4001)
    process.store.commands.length = 0
    await lookup('u1')
    await settle()
    expect(process.store.commands).toEqual(['read'])
  })

  it('drops the value even if the invalidation in the framework fails', async () => {
    const { join } = createFleet()
    const runtime = { ...createPlainRuntime(), invalidated: () => Promise.reject(new Error('no framework')) }
    let version = 0
    const lookup = join({ runtime }).defineLookup(cached(async () => ++version))
    await lookup('u1')
    await lookup.invalidate('u1')
    expect(await lookup('u1')).toBe(2)
  })

  it('does not keep an answer that must not be stored, not even for its waiters', async () => {
    const { join, clock, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const declaration = { ...cached(load), ttl: () => 0 }
    const [a, b] = [join().defineLookup(declaration), join().defineLookup(declaration)]
    const first = a('u1')
    await settle()
    const waited = b('u1')
    await settle()
    calls[0]?.answer(1)
    await clock.advance(500)
    expect([await first, await waited]).toEqual([1, 1])
    const later = b('u1')
    await clock.advance(1500)
    calls[1]?.answer(2)
    expect(await later).toBe(2)
  })

  it('is bounded by entries and by bytes, and drops the tags of evicted values', () => {
    const state = createProcessState()
    const clock = createVirtualClock()
    const cache = createProcessCache<number>('user', state, clock, { maxEntries: 3, maxBytes: 100 })
    const fill = (key: string, value: number, bytes: number) =>
      cache.fill(state.stamp(clock.now()), key, value, ['t'], 1000, bytes)
    for (let i = 0; i < 10; i++) fill(`k${i}`, i, 10)
    expect([...Array(10).keys()].filter((i) => cache.get(`k${i}`))).toEqual([7, 8, 9])
    fill('big', 1, 95)
    expect([cache.get('big') !== undefined, cache.get('k9')]).toEqual([true, undefined])
    fill('too big', 1, 101)
    expect(cache.get('too big')).toBeUndefined()
    state.drop(['t'])
    expect(cache.get('big')).toBeUndefined()
  })

  it('is shared by all copies of the modules in a process', async () => {
    const { join } = createFleet()
    const pages = join()
    const routes = join({ state: pages.state })
    let version = 0
    const declaration = cached(async () => ++version)
    const [inPage, inRoute] = [pages.defineLookup(declaration), routes.defineLookup(declaration)]
    expect(await Promise.all([inPage('u1'), inRoute('u1')])).toEqual([1, 1])
    await inRoute.invalidate('u1')
    expect(await inPage('u1')).toBe(2)
  })

  it('keeps a value only for a short time if it was filled while the backplane was not proven alive', async () => {
    const { join, clock } = createFleet()
    const process = join()
    let epoch = 1
    process.state.connect({ epoch: () => epoch, announce: async () => {} })
    const lookup = process.defineLookup(cached(async (id) => ({ id })))
    await lookup('u1')
    await clock.advance(30_000)
    await lookup('u1')
    expect(process.stats().user).toMatchObject({ process: 1 })
    epoch = 0
    await lookup('u2')
    await clock.advance(1001)
    await lookup('u2')
    expect(process.stats().user).toMatchObject({ process: 1, redis: 1 })
  })
})
