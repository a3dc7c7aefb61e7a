import { beforeAll, expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
import { cacheStats, processSummary } from '@/lib/telemetry/stats'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ keep: true })

beforeAll(async () => {
  await getCachedUserById(people.member)
  services.upstash.resetCounts()
  await startTelemetry()
})

test('counting adds no command to a read, and writes everything counted in one command', async () => {
  for (let i = 0; i < 50; i++) await getCachedUserById(people.member)
  expect(services.upstash.counts().byCommand).toEqual({ mget: 50 })
  const { process } = await cacheStats({ minutes: 1 })
  expect(process.lookups.user).toMatchObject({ hits: { redis: 50 }, misses: 1 })

  services.upstash.resetCounts()
  expect(await stopTelemetry({ timeout: 5000 })).toMatchObject({ counts: { written: 1, pending: 0 } })
  const { eval: texts = 0, evalsha = 0, ...others } = services.upstash.counts().byCommand
  expect(others).toEqual({})
  // The script by its digest, which Redis does not know yet, and then by its text.
  expect([texts, evalsha]).toEqual([1, 1])
  const { fleet } = await cacheStats({ minutes: 1 })
  expect(fleet).toMatchObject({ processes: 1, lookups: { user: { hits: { redis: 50 } } } })
})

test('what a public page shows of this is three counts, and nothing about Redis or Clerk', async () => {
  expect(await processSummary()).toEqual({ cached: 50, missed: 1, asked: expect.any(Number) })
})

test('without Redis there are the statistics of the process, and those of the fleet are unavailable', async () => {
  services.upstash.faults.set({ reset: 'before' })
  const stats = await cacheStats({ minutes: 1 })
  expect(stats.fleet).toEqual({ unavailable: 'unreachable' })
  expect(stats.process.lookups.user?.hits.redis).toBe(50)
})
