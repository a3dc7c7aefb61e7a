import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createCounts } from '@/lib/cache/counts'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createBackplane } from '@/lib/lookup/redis/backplane'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createRedisStore } from '@/lib/lookup/redis/store'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { createVirtualClock } from '../../../../lib/lookup/testing/virtual-clock'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { redisServer } from '../../../support/missing'
import { startOver } from '../../../support/redis-tcp'
import { user } from '../in-process-fleet'

const token = 'a token'

describe('the backplane over REST', () => ofProtocol('rest'))
describe.skipIf(!redisServer())('the backplane over TCP', () => ofProtocol('tcp'))

function ofProtocol(protocol: Protocol) {
  let engine: Engine
  let upstash: Awaited<ReturnType<typeof startOver>>
  const open: { close(): void }[] = []
  let spaces = 0
  let versions = 0

  beforeAll(async () => {
    engine = await startEngine({ prefer: protocol === 'tcp' ? 'server' : 'wasm' })
    upstash = await startOver(protocol, { token, engine })
  })
  afterAll(async () => {
    await upstash.close()
    await engine.close()
  })
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
    upstash.faults.clear()
  })

  /** Processes with a process cache of ten minutes; time is real, heartbeats are fast. */
  function start() {
    const namespace = `space${++spaces}`
    const join = (windowMs = 150) => {
      const state = createProcessState()
      const redis = createRedisClient({ ...upstash.address, state, timeoutMs: 2000 })
      const store = createRedisStore({ client: redis })
      const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace, state })
      const alive: boolean[] = []
      lookups.on((event) => event.type === 'backplane' && alive.push(event.alive))
      open.push(createBackplane({ redis, namespace, state, beatMs: 30, windowMs }))
      const lookup = lookups.defineLookup({ ...user(async () => ++versions), processTtl: 600 })
      const counted = createCounts(state)
      const counts = () => counted().user ?? { process: 0, redis: 0 }
      return { ...lookups, state, alive, lookup, counts }
    }
    return join
  }

  it('drops in other processes what one of them invalidates', async () => {
    const join = start()
    const [a, b] = [join(2000), join(2000)]
    await expect.poll(() => [a.state.epoch(), b.state.epoch()]).toEqual([1, 1])
    const old = await b.lookup('u1')
    expect([await b.lookup('u1'), b.counts().process]).toEqual([old, 1])
    await a.invalidateTags(['user:u1'])
    await expect.poll(() => b.lookup('u1')).not.toBe(old)
  })

  it('drops all that was filled before a gap, after a silent stall and after the end of the stream', async () => {
    const join = start()
    for (const end of ['stall', 'end'] as const) {
      const process = join(2000)
      await expect.poll(() => process.state.epoch()).toBe(1)
      await process.lookup('u1')
      await process.lookup('u1')
      const before = process.counts()
      expect(before.process).toBe(1)
      const known = process.alive.length
      upstash.streams[end]()
      await expect.poll(() => process.alive.slice(known)).toContain(false)
      const { redis } = { ...process.counts() }
      await process.lookup('u1')
      expect(process.counts().redis).toBe(redis + 1)
    }
  })

  it.each([-3600_000, 3600_000])(
    'notices a silent stall when the wall clock was set by %i ms',
    async (step) => {
      const process = start()()
      await expect.poll(() => process.state.epoch()).toBe(1)
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + step })
      try {
        upstash.streams.stall()
        await expect
          .poll(() => {
            process.state.epoch()
            return process.alive
          })
          .toContain(false)
      } finally {
        vi.useRealTimers()
      }
    },
  )

  it('by default takes a stream for lost 5 s after the last heartbeat that came back', async () => {
    const state = createProcessState()
    const redis = createRedisClient({ ...upstash.address, state, timeoutMs: 10_000 })
    const clock = createVirtualClock()
    open.push(createBackplane({ redis, namespace: 'defaults', state, clock }))
    await expect.poll(() => state.epoch()).toBe(1)
    upstash.streams.stall()
    await clock.advance(4999)
    expect(state.epoch()).toBe(1)
    await clock.advance(1)
    expect(state.epoch()).toBe(0)
  })

  it('becomes alive again on a new stream', async () => {
    const process = start()()
    await expect.poll(() => process.state.epoch()).toBe(1)
    upstash.streams.stall()
    await expect.poll(() => process.state.epoch()).toBe(2)
    expect(process.alive).toEqual([true, false, true])
  })

  it('makes an invalidation fail if its message to the other processes could not be sent', async () => {
    const process = start()()
    await expect.poll(() => process.state.epoch()).toBe(1)
    upstash.faults.set({ only: ['publish'], error: 'ERR no' })
    await expect(process.invalidateTags(['x'])).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
  })

  it('is created once per process', () => {
    const state = createProcessState()
    const redis = createRedisClient({ ...upstash.address, state })
    const options = { redis, namespace: 'one', state }
    open.push(createBackplane(options))
    expect(createBackplane(options)).toBe(open.at(-1))
  })
}

it('a message over REST that cannot be read leaves no stream open', async () => {
  let [begun, streams] = [0, 0]
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/subscribe/')) return void response.end('{"result":0}')
    begun++
    streams++
    response.on('close', () => streams--)
    const channel = decodeURIComponent(request.url.slice('/subscribe/'.length))
    response.write(`data: message,${channel},not json\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const state = createProcessState()
  const redis = createRedisClient({ url: `http://127.0.0.1:${port}`, token, state })
  const backplane = createBackplane({ redis, namespace: 'space', state, beatMs: 30, windowMs: 150 })
  await expect.poll(() => begun).toBeGreaterThan(2)
  await expect.poll(() => streams).toBeLessThan(2)
  backplane.close()
  await expect.poll(() => streams).toBe(0)
  server.close()
})
