import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import { LookupError } from '@/lib/lookup/errors'
import { createProcessState } from '@/lib/lookup/process-state'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import type { Store } from '@/lib/lookup/store'
import { createMemoryStore } from '@/lib/lookup/testing/memory-store'
import { createVirtualClock, settle } from '../../../lib/lookup/testing/virtual-clock'

/** Random numbers from a seed (mulberry32), so that a failing run can be repeated. */
function numbersFrom(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface World {
  seed: number
  processes: number
  /** How many of 100 requests are lost, lose their answer, or are executed twice. */
  faults: number
  processTtl: number
  batched: boolean
}

const keys = ['a', 'b']

/** Runs a hostile world and returns what went wrong. */
async function run({ seed, processes, faults, processTtl, batched }: World) {
  const random = numbersFrom(seed)
  const clock = createVirtualClock()
  const store = createMemoryStore(clock)
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(Math.floor(ms), resolve))
  const truth = new Map(keys.map((key) => [key, 0]))
  /** The oldest value that a read that begins now may return, and since when. */
  const floors = new Map(keys.map((key) => [key, [{ version: 0, since: 0, by: -1 }]]))
  const revoked = new Set<string>()
  const wrong: string[] = []
  const leases: string[] = []
  let loads = 0
  // Long where no value may be loaded twice, short with faults.
  const ttl = faults > 0 ? 3 : 300
  let ids = 0

  function network<I extends unknown[], O>(work: (...args: I) => Promise<O>) {
    return async (...args: I): Promise<O> => {
      const fate = random() * 100
      await wait(random() * 40)
      if (fate < faults) {
        await wait(250)
        throw new LookupError('store_unavailable', 'lost request')
      }
      if (fate < 2 * faults) void wait(random() * 3000).then(() => work(...args).catch(() => {}))
      const answer = await work(...args)
      await wait(random() * 40)
      if (fate > 100 - faults) {
        await wait(200)
        throw new LookupError('store_unavailable', 'lost answer')
      }
      return answer
    }
  }

  const fleet = Array.from({ length: processes }, (_, index) => {
    const remote: Store = {
      read: network(store.read),
      acquire: network(async (...args) => {
        const replies = await store.acquire(...args)
        for (const [i, reply] of replies.entries())
          if (reply.kind === 'load') leases.push(`${args[0][i]?.slot.entry} ${reply.generation}`)
        return replies
      }),
      commit: network(store.commit),
      fail: network(store.fail),
      drop: network(store.drop),
      dropIf: network(store.dropIf),
      mark: network(store.mark),
      remove: store.remove,
      ttl: store.ttl,
      healthy: () => true,
    }
    const state = createProcessState()
    const newId = () => `i${++ids}`
    const skewed = { ...clock, now: () => clock.now() + (index - 1) * 5_000_000 }
    const lookups = createLookups({
      store: remote,
      runtime: createPlainRuntime(),
      namespace: 't',
      state,
      clock: skewed,
      random,
      newId,
    })
    const one = async (key: string) => {
      loads++
      await wait(random() * 150)
      const version = truth.get(key) ?? 0
      await wait(random() * 150)
      if (random() * 100 < faults) throw new Error('upstream')
      return { key, version }
    }
    const shape = {
      ...{ version: 1, key: (key: string) => key, tags: (key: string) => [key, 'all'] },
      ...{
        timeout: 1,
        lease: 1.5,
        ...(batched ? { loadMany: (list: string[]) => Promise.all(list.map(one)) } : { load: one }),
      },
    }
    return {
      ...lookups,
      user: lookups.defineLookup({ ...shape, name: 'user', ttl, processTtl, grace: faults > 0 ? 2 : 0 }),
      token: lookups.defineLookup({
        ...shape,
        name: 'token',
        ttl,
        revocationMarkers: (key: string) => [`g${key}`],
      }),
    }
  })

  async function read(by: number, key: string) {
    const begun = clock.now()
    const floor = Math.max(
      ...(floors.get(key) ?? [])
        .filter((f) => f.by === by || f.since <= begun - processTtl * 1000)
        .map((f) => f.version),
    )
    const value = await fleet[by]?.user(key).catch(() => undefined)
    if (!value) return
    if (value.key !== key) wrong.push(`value of ${value.key} under ${key}`)
    if (value.version < floor)
      wrong.push(`${value.version} after ${floor} for ${key} in ${by}, begun ${begun}`)
  }
  async function readToken(by: number, key: string) {
    const mustRefuse = revoked.has(key)
    const value = await fleet[by]?.token(key).catch(() => undefined)
    if (value && mustRefuse) wrong.push(`token of ${key} after its revocation`)
  }
  async function change(by: number, key: string, all: boolean) {
    const version = (truth.get(key) ?? 0) + 1
    truth.set(key, version)
    const done = await fleet[by]?.invalidateTags([all ? 'all' : key]).then(
      () => true,
      () => false,
    )
    if (done) floors.get(key)?.push({ version, since: clock.now(), by })
  }

  const work: Promise<unknown>[] = []
  for (let i = 0; i < 60; i++) {
    const by = Math.floor(random() * processes)
    const key = keys[Math.floor(random() * keys.length)] ?? 'a'
    const dice = random()
    if (dice < 0.55) work.push(read(by, key))
    else if (dice < 0.65) work.push(readToken(by, key))
    else if (dice < 0.9) work.push(change(by, key, random() < 0.3))
    else if (dice < 0.93)
      work.push(
        fleet[by]?.revoke(`g${key}`, { seconds: 600 }).then(
          () => revoked.add(key),
          () => {},
        ) ?? settle(),
      )
    else if (faults > 0) {
      // Revocation markers are not evicted: nothing else records that they were set.
      const evictable = [...store.cells.keys()].filter((cell) => !cell.startsWith('t:g:'))
      store.cells.delete(evictable[Math.floor(random() * evictable.length)] ?? '')
    }
    await clock.advance(random() < 0.1 ? random() * 4000 : random() * 120)
  }
  await clock.advance(60_000)
  await Promise.all(work)
  if (faults === 0 && new Set(leases).size < leases.length) wrong.push('two leases in one generation')
  if (faults === 0 && loads > leases.length) wrong.push('a load without a lease')
  return { wrong }
}

const world = (faults: number, processTtl: number) =>
  fc.record<World>({
    ...{ seed: fc.integer(), processes: fc.integer({ min: 1, max: 3 }), batched: fc.boolean() },
    ...{ faults: fc.constant(faults), processTtl: fc.constant(processTtl) },
  })

describe('no read is older than the last invalidation, and no generation is loaded twice', () => {
  it.each([
    ['on a slow network', 0, 0],
    ['with lost and repeated requests and evicted keys', 8, 0],
    ['with a process cache, by more than its TTL, and not at all in the process that invalidated', 8, 1],
  ])('%s', async (_, faults, processTtl) => {
    const runs = Number(process.env.LOOKUP_RUNS ?? 150)
    await fc.assert(
      fc.asyncProperty(world(faults, processTtl), async (one) => {
        expect((await run(one)).wrong).toEqual([])
      }),
      { numRuns: runs },
    )
  })
})

it.each<World>([
  { seed: -1432084772, processes: 2, batched: false, faults: 8, processTtl: 0 },
  { seed: 1963056036, processes: 1, batched: false, faults: 8, processTtl: 1 },
])('a world that once failed: $seed', async (one) => {
  // A request that arrived twice leased again, in a new generation, for a load that began in an older one.
  expect((await run(one)).wrong).toEqual([])
})
