import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import type { LookupEvent } from '@/lib/lookup/events'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import type { Fault } from '../../../../local/upstash/faults'
import { fullOr } from '../../../support/full'
import { redisServer } from '../../../support/missing'
import { useUpstash } from '../../../support/upstash'
import { user } from '../in-process-fleet'

describe('over REST', () => ofProtocol('rest'))
describe.skipIf(!redisServer())('over TCP', () => ofProtocol('tcp'))

function ofProtocol(protocol: Protocol) {
  const server = useUpstash(protocol)
  beforeEach(() => server.engine.empty())

  /** A process whose breaker opens early. */
  function join(load: (id: string) => unknown = () => 'x', breakAfter = 2) {
    const state = createProcessState()
    const store = createRedisStore({ ...server.upstash.address, timeoutMs: 60_000, breakAfter, state })
    const events: LookupEvent[] = []
    state.on((event) => events.push(event))
    const loads: string[] = []
    const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 't', state })
    const lookup = lookups.defineLookup<string, unknown>({
      ...user(async (id) => {
        loads.push(id)
        return load(id)
      }),
      timeout: 300,
    })
    const failures = () => events.filter(({ type }) => type === 'store_error' || type === 'breaker')
    const outcomes = () => events.flatMap((event) => (event.type === 'commit' ? [event.outcome] : []))
    return { ...lookups, lookup, loads, events, failures, outcomes, store }
  }

  const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `u${i}`)
  const tooLarge: Fault = {
    answer: { status: 413, body: '{"error":"ERR max request size exceeded. Limit: 1000 bytes"}' },
  }

  /** The status of every answer over HTTP. */
  const statuses: number[] = []
  /** Over TCP there are none, and nothing is refused. */
  const accepted = new Set(protocol === 'rest' ? [200] : [])
  const onAnswer = (message: unknown) => void statuses.push(Object(message).response.statusCode)

  describe('values of many sizes', () => {
    beforeAll(() => subscribe('undici:request:headers', onAnswer))
    beforeEach(() => void statuses.splice(0))
    afterAll(() => void unsubscribe('undici:request:headers', onAnswer))

    const sizes: [number, string, string][] = [
      [2000, '10 KB', 'x'.repeat(10_000)],
      [fullOr(500, 300), '50 KB', 'x'.repeat(50_000)],
      [4, '3.5 MB', 'x'.repeat(3_500_000)],
      [100, '38 000 CJK characters', '漢'.repeat(38_000)],
      [100, '38 000 quotes', '"'.repeat(38_000)],
      [30, '100 000 control characters', '\u0001'.repeat(100_000)],
    ]
    // How requests are split is the same over TCP: two sizes show that they arrive.
    it.each(
      protocol === 'tcp' ? fullOr(sizes.slice(2, 4), sizes.slice(2, 3)) : fullOr(sizes, sizes.slice(1, 4)),
    )('%i of %s are cached after one `many`, and hit after it in every process', async (count, _, value) => {
      const [process, other] = [join(() => value), join()]
      const ids = idsOf(count)
      expect((await process.lookup.many(ids)).every((found) => found === value)).toBe(true)
      expect(process.outcomes()).toEqual(ids.map(() => 'stored'))
      expect((await process.lookup.many(ids)).every((found) => found === value)).toBe(true)
      expect((await other.lookup.many(ids)).every((found) => found === value)).toBe(true)
      expect([process.loads.length, other.loads.length]).toEqual([count, 0])
      expect([...process.failures(), ...other.failures()]).toEqual([])
      // No request was so large that the plan refuses it.
      expect(new Set(statuses)).toEqual(accepted)
      // A process that has seen the values of a lookup asks for no answer that is longer than a request may be.
      server.upstash.resetCounts()
      await process.lookup.many(ids)
      await other.lookup.many(ids)
      expect(server.upstash.counts().longestAnswer).toBeLessThan(10_000_000)
    })

    it.each([
      ['characters of three bytes', '漢'.repeat(38_000)],
      ['quotes', '"'.repeat(38_000)],
      ['control characters', '\u0001'.repeat(38_000)],
    ])('100 of %s that one load brings are stored by requests that the plan takes', async (_, value) => {
      const process = join()
      const many = process.defineLookup({
        ...{ name: 'many', version: 1, ttl: 300, key: (id: string) => id, tags: (id: string) => [id] },
        loadMany: async (ids: string[]) => ids.map(() => value),
      })
      await many.many(idsOf(100))
      expect(process.outcomes()).toEqual(idsOf(100).map(() => 'stored'))
      expect(new Set(statuses)).toEqual(accepted)
    })
  })

  describe('a value that is too large', () => {
    it('is served to its callers, told as an event, sent once, and opens no breaker', async () => {
      const value = 'x'.repeat(11_000_000)
      const process = join(() => value)
      await process.lookup('warms the scripts')
      server.upstash.resetCounts()
      const found = await process.lookup.many(['a', 'b', 'c'])
      expect(found.every((one) => one === value)).toBe(true)
      expect(process.outcomes()).toEqual(['too_large', 'too_large', 'too_large', 'too_large'])
      expect(process.healthy()).toBe(true)
      // MGET and acquire; the values themselves are not sent, and the leases are returned.
      expect(server.upstash.counts().bytesIn).toBeLessThan(100_000)
    })

    it('does not keep its neighbors from being stored', async () => {
      const process = join((id) => (id === 'u3' ? 'x'.repeat(11_000_000) : 'small'))
      const ids = idsOf(10)
      await process.lookup.many(ids)
      expect(process.outcomes().toSorted()).toEqual([...ids.slice(1).map(() => 'stored'), 'too_large'])
    })

    it('returns its lease, so that the next caller does not wait for it', async () => {
      const [process, other] = [join(() => 'x'.repeat(11_000_000)), join()]
      await process.lookup('a')
      // The acquire, and the release.
      await expect.poll(() => server.upstash.counts().byCommand.eval).toBe(2)
      await other.lookup('a')
      expect(other.events.filter(({ type }) => type === 'uncached')).toEqual([])
      expect(other.outcomes()).toEqual(['stored'])
    })
  })

  describe('what Redis says is too large', () => {
    it('is asked for again in halves: reads', async () => {
      const process = join()
      const ids = idsOf(64)
      await process.lookup.many(ids)
      server.upstash.faults.next({ ...tooLarge, only: ['mget'] }, { ...tooLarge, only: ['mget'] })
      expect(await process.lookup.many(ids)).toEqual(ids.map(() => 'x'))
      expect(process.loads).toHaveLength(64)
      expect(process.healthy()).toBe(true)
    })

    it.each([
      ['acquires', 0],
      ['commits', 1],
    ])('is sent again in halves: %s', async (_, skip) => {
      const process = join()
      const many = process.defineLookup({
        ...{ name: 'many', version: 1, ttl: 300, key: (id: string) => id, tags: (id: string) => [id] },
        loadMany: async (ids: string[]) => ids,
      })
      await many('warms the scripts')
      server.upstash.faults.next({ ...tooLarge, only: ['evalsha'], skip })
      const ids = idsOf(64)
      expect(await many.many(ids)).toEqual(ids)
      expect(process.outcomes()).toEqual(['stored', ...ids.map(() => 'stored')])
      expect(process.failures()).toHaveLength(1)
    })
  })

  describe('one HTTP request that is lost', () => {
    it('is one failure, whatever commands it carried', async () => {
      const process = join()
      const ids = idsOf(2500)
      await process.lookup.many(ids)
      server.upstash.faults.next({ reset: 'before' })
      await process.lookup.many(ids)
      expect(process.healthy()).toBe(true)
    })

    it.each(['LOADING Redis is loading the dataset in memory', 'ERR max requests limit exceeded'])(
      'is one failure when Redis answers each of its commands with "%s"',
      async (error) => {
        const { store } = join()
        server.upstash.faults.set({ error })
        const eight = () => Promise.allSettled(idsOf(8).map((id) => store.read([id])))
        await eight()
        expect(server.upstash.counts().http).toBe(1)
        expect(store.healthy()).toBe(true)
        await eight()
        expect(store.healthy()).toBe(false)
      },
    )

    it('is no failure when Redis did one of its commands', async () => {
      const { store } = join()
      server.upstash.faults.set({ only: ['set'], error: 'MISCONF Redis cannot save its data' })
      for (let i = 0; i < 4; i++)
        await Promise.allSettled([store.drop(['k']), store.mark('k', 1000, 'x'), store.mark('l', 1000, 'x')])
      expect(server.upstash.counts().http).toBe(4)
      expect(store.healthy()).toBe(true)
    })

    it('is one failure when several operations shared it', async () => {
      const { store } = join()
      server.upstash.faults.next({ reset: 'before' })
      const reads = Array.from({ length: 8 }, (_, i) => store.read([`k${i}`]))
      expect((await Promise.allSettled(reads)).every(({ status }) => status === 'rejected')).toBe(true)
      expect(store.healthy()).toBe(true)
    })
  })

  describe('what Redis refuses', () => {
    it('is not repeated, and opens no breaker', async () => {
      const process = join()
      await process.lookup('warms the scripts')
      server.upstash.faults.set({ only: ['evalsha'], error: 'ERR Error running script' })
      expect(await process.lookup('a')).toBe('x')
      expect(
        process.events.filter((e) => e.type === 'store_error' && e.operation === 'acquire'),
      ).toHaveLength(1)
      expect(process.healthy()).toBe(true)
    })
  })

  describe('an invalidation of many tags', () => {
    // One command takes some 70 000 of them at most.
    const tags = Array.from({ length: fullOr(300_000, 100_000) }, (_, i) => `tag:${i}`)

    it.skipIf(protocol === 'tcp')(`deletes ${fullOr('300 000', '100 000')} of them`, async () => {
      const process = join()
      const lookup = process.defineLookup({
        ...user(async () => 'y'),
        ...{ name: 'last', tags: () => [tags.at(-1) ?? ''] },
      })
      await lookup('a')
      await process.invalidateTags(tags)
      expect(await lookup.peek('a')).toBeUndefined()
    })

    it('is unconfirmed when one part of it is lost', async () => {
      const process = join()
      server.upstash.faults.set({ only: ['unlink'], skip: 3, error: 'ERR no' })
      const error: unknown = await process.invalidateTags(tags).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'invalidation_unconfirmed' })
      expect(String(error)).toContain(`[tag:0, tag:1, tag:2 and ${tags.length - 3} more]`)
      expect(String(error).length).toBeLessThan(500)
    })

    it('names no more than a part of a long tag', async () => {
      server.upstash.faults.set({ only: ['unlink'], error: 'ERR no' })
      const error: unknown = await join()
        .invalidateTags(['x'.repeat(100_000)])
        .catch((thrown: unknown) => thrown)
      expect(String(error).length).toBeLessThan(500)
    })
  })
}
