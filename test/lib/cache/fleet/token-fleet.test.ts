import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redis } from '@/lib/config'
import { fullOr } from '../../../support/full'
import { redisServer } from '../../../support/missing'
import { useServices } from '../../../support/services'
import { startTokenFleet } from './start-token-fleet'
import type { Report } from './token-worker'

const SECOND = 1000
const PROCESSES = fullOr(8, 4)
const keys = ['k1', 'k2', 'k3'].map(
  (kid) => `${kid}:${Buffer.alloc(32, `${kid} of a fleet`).toString('base64')}`,
)
const [k1 = '', k2 = '', k3 = ''] = keys

const services = useServices({ env: { CACHE_ENCRYPTION_KEYS: k1 } })
let userId: string
let closing: (() => Promise<void>)[] = []

beforeEach(() => {
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
  services.clerk.connect(userId, { scopes: [] })
})
afterEach(async () => {
  for (const close of closing) await close()
  closing = []
})

async function fleetOf(...environments: Record<string, string>[]) {
  const fleet = await startTokenFleet(environments)
  closing.push(fleet.close)
  return fleet
}
const statuses = (reports: readonly Report[]) =>
  new Set(reports.flatMap(({ outcomes }) => Object.keys(outcomes)))
const tokensOf = (reports: readonly Report[]) => new Set(reports.flatMap(({ fingerprints }) => fingerprints))
const asked = () => services.clerk.requests().total

describe.skipIf(!redisServer())(`${PROCESSES} processes`, () => {
  let fleet: Awaited<ReturnType<typeof startTokenFleet>>
  beforeAll(async () => {
    fleet = await startTokenFleet(Array.from({ length: PROCESSES }, () => ({})))
  })
  afterAll(() => fleet.close())

  test('that ask for the same expired token make one request to Clerk', async () => {
    services.clerk.expireToken(userId)
    services.clerk.faults.add({ latencyMs: 300, times: 1 })
    const reports = await fleet.follow({ userId, forMs: 1000, everyMs: 20, atLeast: 15 })
    expect(statuses(reports)).toEqual(new Set(['ok']))
    expect(tokensOf(reports).size).toBe(1)
    expect(asked()).toBe(1)
    expect(reports.reduce((sum, { reads }) => sum + reads, 0)).toBeGreaterThan(10 * PROCESSES)
  })

  test('cost Clerk one request in 30 s while a token is in its last five minutes', async () => {
    services.clerk.expireToken(userId, Date.now() + 240 * SECOND)
    const reports = await fleet.follow({ userId, forMs: fullOr(4000, 1500), everyMs: 20 })
    expect(statuses(reports)).toEqual(new Set(['ok']))
    // The first load, and no refresh before 30 s have passed.
    expect(asked()).toBe(1)
  })

  test('cost Clerk one request a second while a token is in its last 30 s, and are all served', async () => {
    services.clerk.expireToken(userId, Date.now() + 25 * SECOND)
    const started = performance.now()
    const reports = await fleet.follow({ userId, forMs: 4000, everyMs: 20 })
    expect(statuses(reports)).toEqual(new Set(['ok']))
    // More than once, even on a slow machine.
    expect(asked()).toBeGreaterThanOrEqual(2)
    // The first load, and at most one request in each second that has begun since.
    expect(asked()).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - started) / SECOND))
  })
})

describe.skipIf(!redisServer())('rotating the key ring', () => {
  const sealedUnder = async () => {
    const found = await redis().run('keys', (client) => client.keys('*:e:token.*'))
    const [entry = ''] = await redis().run('mget', (client) => client.mget<string[]>(found))
    return /\|v1\.(\w+)\./.exec(entry)?.[1]
  }
  const expireAll = () => redis().run('flushdb', (client) => client.flushdb())
  const once = { forMs: 0, everyMs: 1 }

  test('loses no token and costs no request to Clerk, in any order of deployment', async () => {
    const fleet = await fleetOf(
      { CACHE_ENCRYPTION_KEYS: k1 },
      { CACHE_ENCRYPTION_KEYS: `${k1},${k2}` },
      { CACHE_ENCRYPTION_KEYS: `${k2},${k1}` },
      { CACHE_ENCRYPTION_KEYS: k2 },
    )
    const read = async (instance: number) => (await fleet.follow({ userId, ...once }, [instance]))[0]
    const first = await read(0)
    expect(await sealedUnder()).toBe('k1')
    // The new key can be opened everywhere before it seals anywhere.
    expect((await read(1))?.fingerprints).toEqual(first?.fingerprints)
    // An instance that seals with the new key opens what the old key sealed, and leaves it.
    expect((await read(2))?.fingerprints).toEqual(first?.fingerprints)
    expect(await sealedUnder()).toBe('k1')
    expect(asked()).toBe(1)
    // After the longest TTL, no entry of the old key is left.
    await expireAll()
    const second = await read(2)
    expect(second?.fingerprints).toEqual(first?.fingerprints)
    expect(await sealedUnder()).toBe('k2')
    // While both deployments run, each opens what the other has sealed.
    for (const instance of [1, 2, 1, 2])
      expect((await read(instance))?.fingerprints).toEqual(first?.fingerprints)
    // The old key can leave the ring.
    expect((await read(3))?.fingerprints).toEqual(first?.fingerprints)
    expect(asked()).toBe(2)
  })

  test('a token sealed with a key that left the ring too early is a miss, and is loaded again', async () => {
    const fleet = await fleetOf({ CACHE_ENCRYPTION_KEYS: k1 }, { CACHE_ENCRYPTION_KEYS: k3 })
    await fleet.follow({ userId, ...once }, [0])
    const [report] = await fleet.follow({ userId, ...once }, [1])
    expect(report?.outcomes).toEqual({ ok: 1 })
    expect(await sealedUnder()).toBe('k3')
    expect(asked()).toBe(2)
  })
})

test('a process of the fleet that is reading ends with the one that started it', async () => {
  const fleet = await startTokenFleet([{}])
  const hours = { forMs: 10_000 * SECOND, everyMs: 100 }
  const ended = expect(fleet.follow({ userId, ...hours })).rejects.toThrow('ended with 0')
  // All that a process notices of the end of its parent.
  await fleet.close()
  await ended
})
