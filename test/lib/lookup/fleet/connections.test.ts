import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { redisServer } from '../../../support/missing'
import { startOver } from '../../../support/redis-tcp'
import { startUpstream } from './upstream'

/** Both are options of `createLookups`. */
const bound = { concurrency: 20, connections: 6 }
const token = 'a token'

describe.skipIf(!redisServer()).each<Protocol>(['rest', 'tcp'])(
  '200 parallel lookups over %s',
  (protocol) => {
    let engine: Engine
    let upstash: Awaited<ReturnType<typeof startOver>>
    let upstream: Awaited<ReturnType<typeof startUpstream>>
    beforeAll(async () => {
      engine = await startEngine({ prefer: 'server' })
    })
    afterAll(() => engine.close())
    beforeEach(async () => {
      upstash = await startOver(protocol, { token, engine })
      upstream = await startUpstream()
      return async () => {
        upstream.close()
        await upstash.close()
      }
    })

    async function start(namespace: string) {
      const state = createProcessState()
      const store = createRedisStore({ ...upstash.address, timeoutMs: 10_000, state })
      const { defineLookup } = createLookups({
        store,
        runtime: createPlainRuntime(),
        namespace,
        state,
        ...bound,
      })
      const lookup = defineLookup({
        ...{ name: 'value', version: 1, ttl: 300, key: (key: string) => key, tags: (key: string) => [key] },
        async load(key: string, { signal }): Promise<unknown> {
          const response = await fetch(`${upstream.url}/${key}`, { signal })
          return response.json()
        },
      })
      // From here on Redis knows the scripts: an EVALSHA that fails the first time is repeated as an EVAL.
      await lookup('first')
      return (ids: readonly string[]) => Promise.all(ids.map(lookup))
    }
    const ids = Array.from({ length: 200 }, (_, i) => `id${i}`)

    it('open no more sockets to the upstream than `concurrency`, cold', async () => {
      const read = await start('upstream')
      await read(ids)
      expect(upstream.loads).toHaveLength(201)
      expect(upstream.sockets.opened).toBeLessThanOrEqual(bound.concurrency)
    })

    it('open no more sockets to Redis than `connections`, cold, even if Redis is slow', async () => {
      const read = await start('redis')
      upstash.faults.set({ delayReply: 30 })
      await read(ids)
      expect(upstream.loads).toHaveLength(201)
      expect(upstash.counts().sockets).toBeLessThanOrEqual(protocol === 'tcp' ? 1 : bound.connections)
    })

    it('need one request over a socket that is already open, warm', async () => {
      const read = await start('warm')
      await read(ids)
      const open = upstream.sockets.opened
      upstash.resetCounts()
      await read(ids)
      expect(upstash.counts()).toMatchObject({ http: 1, commands: 1, sockets: 0 })
      expect(upstream.sockets.opened).toBe(open)
    })
  },
)
