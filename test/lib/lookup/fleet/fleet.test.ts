import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { startEngine } from '../../../../local/upstash/engine'
import { fullOr } from '../../../support/full'
import { redisServer } from '../../../support/missing'
import { startOver } from '../../../support/redis-tcp'
import { type Invalidation, repeated, staleReads } from './history'
import { startFleet } from './start-fleet'
import { startUpstream } from './upstream'

const keys = Array.from({ length: 12 }, (_, i) => `key${i}`)
const callers = 10
const PROCESSES = fullOr(8, 4)
const token = 'a token'
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(processes: number, protocol: Protocol) {
  const engine = await startEngine({ prefer: 'server' })
  closing.push(engine.close)
  const upstash = await startOver(protocol, { token, engine })
  closing.push(upstash.close)
  // Answers are delayed, so that invalidations are confirmed in between.
  upstash.faults.set({ only: ['mget'], delayReply: 20 })
  const upstream = await startUpstream()
  closing.push(upstream.close)
  const fleet = await startFleet(processes, {
    ...{ url: upstash.url, token, upstream: upstream.url, keys, callers },
  })
  closing.push(fleet.close)
  return { upstream, fleet }
}

describe.skipIf(!redisServer()).each<Protocol>(['rest', 'tcp'])(
  `${PROCESSES} processes over one Redis, over %s`,
  (protocol) => {
    it('load once per key and generation, and read nothing stale during many invalidations', async () => {
      const { upstream, fleet } = await start(PROCESSES, protocol)
      const invalidations: Invalidation[] = []
      fleet.read()
      await wait(500)
      const until = performance.now() + 4000
      /** Writes, then invalidates, as a webhook or an action does, again and again. */
      async function rain(key: string) {
        for (let i = 0; i < fullOr(10, 4) && (i < 3 || performance.now() < until); i++) {
          const version = upstream.write(key)
          invalidations.push({ key, version, at: await fleet.invalidate(key) })
          await wait(400 * Math.random())
        }
      }
      await Promise.all(keys.map(rain))
      const reports = await fleet.report()

      const reads = reports.flatMap((report) => report.reads)
      expect(staleReads(reads, invalidations)).toEqual([])

      const leases = reports.flatMap((report) => report.leases)
      expect(repeated(leases.map(({ key, generation }) => `${key} in ${generation}`))).toEqual({})
      // Every load was under a lease, and every lease was for one load.
      const loadsOf = (key: string) => upstream.loads.filter((load) => load.key === key).length
      const leasesOf = (key: string) => leases.filter((lease) => lease.key.endsWith(`:${key}`)).length
      expect(keys.map(loadsOf)).toEqual(keys.map(leasesOf))

      expect(reports.flatMap((report) => report.errors)).toEqual([])
      expect(reports.map((report) => report.uncached)).toEqual(reports.map(() => 0))
      // The run covered shared loads, readers in every process, and several generations of every key.
      expect(reads.length).toBeGreaterThan(leases.length)
      expect(Math.min(...reports.map((report) => report.reads.length))).toBeGreaterThanOrEqual(callers)
      expect(Math.min(...keys.map(leasesOf))).toBeGreaterThan(1)
    })
  },
)
