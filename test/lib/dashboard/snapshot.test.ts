import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { byLookup } from '@/lib/dashboard/cache-health'
import { readSnapshot } from '@/lib/dashboard/snapshot'
import { snapshotSchema } from '@/lib/dashboard/snapshot-schema'
import { dropMemoized } from '@/lib/process/memoize-for'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
import { viewOf } from '@/lib/telemetry/stats-view'
import { people } from '../../../local/seed'
import { noScripts, quotaExceeded } from '../../../local/upstash/faults'
import { useServices } from '../../support/services'

const services = useServices({ env: { LOG_LEVEL: 'silent' }, keep: true })

beforeAll(() => startTelemetry())

afterAll(() => stopTelemetry({ timeout: 1000 }))

/** As the browser receives it. */
const received = async (): Promise<unknown> => JSON.parse(JSON.stringify(await readSnapshot()))

describe('the snapshot', () => {
  test('is what the browser accepts, with Redis and without', async () => {
    await getCachedUserById(people.member)
    await invalidateUserCache(people.member)
    expect(snapshotSchema.safeParse(await received()).error).toBeUndefined()
    dropMemoized()
    services.upstash.faults.set({ reset: 'before' })
    const without = snapshotSchema.parse(await received())
    expect(without.webhooks).toMatchObject({ unavailable: 'Redis is not reachable' })
    expect(without.cache).toMatchObject({ processes: null, redis: { tone: 'bad' } })
    dropMemoized()
  })

  test('names one cause everywhere, also once the breaker is open because of it', async () => {
    services.upstash.faults.set(quotaExceeded)
    const title = 'The Redis plan’s limit is reached'
    for (let i = 0; i < 2; i++) {
      dropMemoized()
      const { cache, webhooks, audit, todo } = await readSnapshot()
      expect([cache.redis.title, todo[0]?.text]).toEqual([title, title])
      expect([webhooks, audit]).toMatchObject([
        { unavailable: title, fix: expect.stringContaining('resets') },
        { unavailable: title },
      ])
    }
    services.upstash.faults.clear()
    dropMemoized()
  })

  test('of another version of the app is not accepted', async () => {
    services.upstash.faults.set(noScripts)
    const snapshot = await readSnapshot()
    const changed = { ...snapshot, cache: { ...snapshot.cache, redis: 'up' } }
    expect(snapshotSchema.safeParse(changed).success).toBe(false)
    expect(snapshotSchema.safeParse(undefined).success).toBe(false)
  })
})

test('lookups are listed with the most read first, whatever the order of the counts', () => {
  const count = (lookup: string, value: number) => ({
    ...{ name: 'lookups_total', labels: { lookup, layer: 'redis' }, value },
  })
  const counts = [count('token', 3), count('user', 9), count('email', 3), count('role', 1)]
  const order = (series: typeof counts) => byLookup(viewOf(series), []).map(({ name }) => name)
  expect(order(counts)).toEqual(['user', 'email', 'token', 'role'])
  expect(order(counts.toReversed())).toEqual(order(counts))
})
