import { type CacheEntry, cachified } from '@epic-web/cachified'
import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Cacheable } from 'cacheable'
import { LRUCache } from 'lru-cache'
import { systemClock } from '../lib/lookup/clock'
import { createLookups } from '../lib/lookup/create-lookups'
import { createProcessState } from '../lib/lookup/process-state'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import { createMemoryStore } from '../lib/lookup/testing/memory-store'
import { type Contender, interleave, median, ratio } from './measure'
import type { Section } from './report'
import { type SampleUser, sampleUser, tagsOf } from './sample'

const ids = Array.from({ length: 64 }, (_, i) => `user_${i}`)
const id = (i: number) => ids[i & 63] ?? ''
const load = async (id: string) => sampleUser(id)
const hour = 3_600_000

/** Times `count` awaited hits, in nanoseconds each. `hits` is a loop of its own for each contender. */
function contender(name: string, count: number, hits: (count: number) => Promise<void>): Contender {
  return {
    name,
    async run() {
      await hits(ids.length)
      const start = process.hrtime.bigint()
      await hits(count)
      return Number(process.hrtime.bigint() - start) / count
    },
  }
}

function floor() {
  const cache = new LRUCache<string, SampleUser>({ max: 5000, ttl: hour })
  for (const id of ids) cache.set(id, sampleUser(id))
  const get = async (id: string) => cache.get(id)
  return contender('floor: async function over lru-cache', 400_000, async (count) => {
    for (let i = 0; i < count; i++) await get(id(i))
  })
}

function kit(events: { received: number }) {
  const { defineLookup, on } = createLookups({
    store: createMemoryStore(systemClock),
    runtime: createPlainRuntime(),
    namespace: 'bench',
    state: createProcessState(),
  })
  on(() => {
    events.received++
  })
  const userById = defineLookup({
    ...{ name: 'user', version: 1, key: (id: string) => id, tags: tagsOf },
    ...{ ttl: 3600, processTtl: 3600, load },
  })
  return contender('kit', 400_000, async (count) => {
    for (let i = 0; i < count; i++) await userById(id(i))
  })
}

function dedupe() {
  const cache = createCache({ ttl: 3600, storage: { type: 'memory', options: { size: 5000 } } }).define(
    'user',
    load,
  )
  return contender('async-cache-dedupe', 60_000, async (count) => {
    for (let i = 0; i < count; i++) await cache.user(id(i))
  })
}

function cachifiedOverLru() {
  const cache = new LRUCache<string, CacheEntry>({ max: 5000 })
  return contender('cachified over lru-cache', 20_000, async (count) => {
    for (let i = 0; i < count; i++) {
      const key = id(i)
      await cachified({ key, cache, ttl: hour, getFreshValue: () => load(key) })
    }
  })
}

function bento(name: string, serialize: boolean) {
  const cache = new BentoCache({
    default: 'l1',
    stores: { l1: bentostore().useL1Layer(memoryDriver({ maxItems: 5000, serialize })) },
  })
  return contender(name, 10_000, async (count) => {
    for (let i = 0; i < count; i++) {
      const key = id(i)
      await cache.getOrSet({ key, ttl: '1h', factory: () => load(key) })
    }
  })
}

function cacheable() {
  const cache = new Cacheable()
  return contender('cacheable', 10_000, async (count) => {
    for (let i = 0; i < count; i++) {
      const key = id(i)
      await cache.getOrSet(key, () => load(key), { ttl: hour })
    }
  })
}

/** A warm hit in the process, each contender as its own documentation sets it up, with no tags for the peers. */
export async function processHit(rounds: number): Promise<Section> {
  const events = { received: 0 }
  const contenders = [
    ...[floor(), kit(events), dedupe(), cachifiedOverLru()],
    ...[bento('bentocache, serialize off', false), bento('bentocache', true), cacheable()],
  ]
  // Once unmeasured, so that every loop is compiled before it counts.
  for (const { run } of contenders) await run()
  const receivedBefore = events.received
  const figures = await interleave(contenders, rounds)
  const hits = (400_000 + ids.length) * rounds
  if (events.received - receivedBefore !== hits)
    throw new Error('The kit did not emit one event for each hit')

  const mine = figures.of('kit')
  const slowerThanKit = (name: string) => ({
    name: `${name} ÷ kit`,
    measured: ratio(figures.of(name), mine),
    unit: '×',
  })
  const rivals = ['bentocache', 'bentocache, serialize off', 'cachified over lru-cache', 'cacheable']
  return {
    title: 'A process-cache hit, outside Next',
    note: `Awaited warm hits on ${ids.length} keys, one event for each received by a listener; the peers have no listener and no tags.`,
    figures: [
      {
        name: 'kit ÷ floor',
        required: { atMost: 2 },
        measured: ratio(mine, figures.of('floor: async function over lru-cache')),
        unit: '×',
      },
      ...rivals.map((name) => ({ ...slowerThanKit(name), required: { atLeast: 10 } })),
      slowerThanKit('async-cache-dedupe'),
      ...contenders.map(({ name }) => ({
        name,
        measured: median(figures.of(name)),
        unit: 'ns',
        rounds: figures.of(name),
      })),
    ],
  }
}
