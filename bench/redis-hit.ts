// The kit's own copy of the client, which lies above this folder: the comparison is with the very same one.
import { Redis } from '@upstash/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createLookups } from '../lib/lookup/create-lookups'
import { createProcessState } from '../lib/lookup/process-state'
import { createRedisClient, type RedisAddress } from '../lib/lookup/redis/client'
import { createRedisStore } from '../lib/lookup/redis/store'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import { upstashDriver } from './bento-upstash'
import type { RestServer } from './child'
import { createSamples, median, ratio } from './measure'
import type { Section } from './report'
import { type SampleUser, sampleUser, tagsOf } from './sample'

/** The machine may be busy, and a deadline that passes would be measured as a load. */
const timeoutMs = 5000

export const bareClient = ({ url, token }: Pick<RestServer, 'url' | 'token'>) =>
  new Redis({
    ...{ url, token, automaticDeserialization: false, retry: { retries: 0 } },
    signal: () => AbortSignal.timeout(timeoutMs),
  })

/** The same database over the Redis protocol. */
const overTcp = ({ tcp }: RestServer): RedisAddress => ({
  url: tcp,
  tcp: () => import('../lib/lookup/redis/tcp'),
})

/** A process's lookup of users over the REST server; `namespace` tells measurements apart. */
export function kitOver(
  { url, token }: RestServer,
  namespace: string,
  address: RedisAddress = { url, token },
) {
  const state = createProcessState()
  const store = createRedisStore({ ...address, timeoutMs, state })
  const { defineLookup } = createLookups({ store, runtime: createPlainRuntime(), namespace, state })
  return defineLookup({
    ...{ name: 'user', version: 1, key: (id: string) => id, tags: tagsOf, ttl: 3600 },
    load: async (id: string): Promise<SampleUser> => sampleUser(id),
  })
}

/** bentocache over the same client: with its memory layer, or so that every read goes to Redis. */
export function bentoOver(server: RestServer, layers: 'both' | 'second') {
  const both = bentostore().useL1Layer(memoryDriver({ maxItems: 5000 }))
  const store = layers === 'both' ? both : bentostore()
  const driver = upstashDriver(bareClient(server))
  return new BentoCache({ default: 'store', stores: { store: store.useL2Layer(driver) } })
}

async function milliseconds(work: () => Promise<unknown>) {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** One hit at a time, the contenders taking turns from hit to hit: the median of each round, in milliseconds. */
export async function takeTurns(
  work: Readonly<Record<string, () => Promise<unknown>>>,
  rounds: number,
  hits: number,
) {
  const contenders = Object.entries(work)
  const medians = createSamples()
  for (let round = 0; round < rounds; round++) {
    const times = createSamples()
    for (let i = 0; i < hits; i++) {
      for (let j = 0; j < contenders.length; j++) {
        const [name, hit] = contenders[(i + j) % contenders.length] ?? []
        if (name && hit) times.add(name, await milliseconds(hit))
      }
    }
    for (const name of times.names()) medians.add(name, median(times.of(name)))
  }
  return medians
}

/** A warm lookup beside the plainest read of the same bytes. */
export async function redisHit(server: RestServer, rounds: number, hits = 300): Promise<Section> {
  const id = 'user_1'
  const keys = ['hit:e:user.1:user_1', 'hit:f:user:user_1', 'hit:f:users', 'hit:s:user.1:user_1']
  const userById = kitOver(server, 'hit')
  const bento = bentoOver(server, 'second')
  const bare = bareClient(server)
  const load = async () => sampleUser(id)
  const work = {
    'bare GET': () => bare.get('hit:e:user.1:user_1'),
    'bare MGET of the same keys': () => bare.mget(...keys),
    kit: () => userById(id),
    'bentocache, second layer only': () =>
      bento.getOrSet({ key: id, ttl: '1h', tags: tagsOf(id), factory: load }),
  }
  await userById(id)
  const stored = await bare.get<string>('hit:e:user.1:user_1')
  if (!stored?.includes(JSON.stringify(sampleUser(id)))) throw new Error('The bare GET reads something else')

  // A process that has been up for a while has all of this compiled.
  for (let i = 0; i < 60; i++) {
    await Promise.all(Array.from({ length: 200 }, (_, user) => userById(`warm_${user}`)))
    await Promise.all(Array.from({ length: 200 }, work['bare GET']))
    await Promise.all(Array.from({ length: 50 }, work['bare MGET of the same keys']))
    await work['bentocache, second layer only']()
  }
  const { of } = await takeTurns(work, rounds, hits)
  return {
    title: 'A Redis hit, p50',
    note: `Against a GET of the same ${stored.length} bytes through the same client and REST server, one at a time, taking turns; two tags. What the kit adds is about 60 µs of its own work a hit, whatever the network takes: keys and tags before, parsing, freezing and judging after. The bare GET parses nothing.`,
    figures: [
      {
        name: 'kit ÷ bare GET',
        required: { atMost: 1.1 },
        measured: ratio(of('kit'), of('bare GET')),
        unit: '×',
      },
      {
        name: 'bare MGET of the same keys ÷ bare GET',
        measured: ratio(of('bare MGET of the same keys'), of('bare GET')),
        unit: '×',
      },
      {
        name: 'bentocache ÷ bare GET',
        measured: ratio(of('bentocache, second layer only'), of('bare GET')),
        unit: '×',
      },
      ...Object.keys(work).map((name) => ({
        name,
        measured: median(of(name)),
        unit: 'ms',
        rounds: of(name),
      })),
    ],
  }
}

/** The same lookup over TCP, beside the plainest read over the same connection, and beside REST. */
export async function tcpHit(server: RestServer, rounds: number, hits = 300): Promise<Section> {
  const id = 'user_1'
  const [overRest, userById] = [kitOver(server, 'tcp'), kitOver(server, 'tcp', overTcp(server))]
  const client = createRedisClient({ ...overTcp(server), timeoutMs })
  const bare = () => client.insist('get', (redis) => redis.get('tcp:e:user.1:user_1'))
  const work = { 'bare GET': bare, kit: () => userById(id), 'kit over REST': () => overRest(id) }
  await userById(id)
  for (let i = 0; i < 60; i++)
    await Promise.all(Object.values(work).flatMap((hit) => Array.from({ length: 100 }, hit)))
  const { of } = await takeTurns(work, rounds, hits)
  return {
    title: 'A Redis hit over TCP, p50',
    note: 'The same hit with `REDIS_URL`, against a GET of the same bytes through the same client over a kept connection, and against REST to the same Redis on this machine. There is no network, so REST shows what HTTP and the stand-in cost.',
    figures: [
      { name: 'kit ÷ bare GET', measured: ratio(of('kit'), of('bare GET')), unit: '×' },
      { name: 'kit ÷ kit over REST', measured: ratio(of('kit'), of('kit over REST')), unit: '×' },
      ...Object.keys(work).map((name) => ({
        name,
        measured: median(of(name)),
        unit: 'ms',
        rounds: of(name),
      })),
    ],
  }
}
