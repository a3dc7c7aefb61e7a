import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../local/upstash/engine'
import { startUpstash, type Upstash } from '../../local/upstash/server'
import { buildFixture, type FixtureApp, startFixture } from '../support/fixture-app'
import { fullOr } from '../support/full'
import { type ItemUpstream, startItemUpstream } from '../support/item-upstream'
import { FIXTURE_PORT } from '../support/ports'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const token = 'fixture'
/** Ends what hangs; a busy machine may be late. */
const PATIENCE = 120_000
const BUILD = '.next-lookup'
const invalidating = [
  ['a route handler', 'route'],
  ['a server action', 'action'],
] as const
const places = [['a page', 'page'], ...invalidating] as const

let engine: Engine
let redis: Upstash
let upstream: ItemUpstream
let app: FixtureApp
const askedOf = z.object({ commands: z.number(), requests: z.number() })
/** What the builds asked of Redis and of the upstream. */
let asked: z.infer<typeof askedOf>
/** Another process of the same app, without Next. */
let elsewhere: ReturnType<typeof createLookups>

let ids = 0
/** Next keeps pages beside the build, which an earlier run may have used. */
const ofThisRun = Date.now().toString(36)
/** An item of this test's own. */
let id: string

beforeEach(() => {
  id = `item-${ofThisRun}-${++ids}`
})

const env = (build: string, cacheComponents: 'on' | 'off') => ({
  FIXTURE_DIST_DIR: build,
  FIXTURE_CACHE_COMPONENTS: cacheComponents,
  FIXTURE_REDIS_URL: redis.url,
  FIXTURE_REDIS_TOKEN: token,
  FIXTURE_UPSTREAM_URL: upstream.url,
})

async function buildAndStart(port: number, settings: ReturnType<typeof env>) {
  const before = { commands: redis.counts().commands, requests: upstream.requests() }
  const build = await buildFixture(settings, () => ({
    commands: redis.counts().commands - before.commands,
    requests: upstream.requests() - before.requests,
  }))
  asked = askedOf.parse(build)
  const started = await startFixture(port, settings)
  // From here on Redis knows the scripts.
  await started.route('read', 'warm-up')
  return started
}

beforeAll(async () => {
  engine = await startEngine()
  redis = await startUpstash({ token, engine })
  upstream = await startItemUpstream()
  const state = createProcessState()
  const store = createRedisStore({ url: redis.url, token, timeoutMs: 5000, state })
  elsewhere = createLookups({ store, state, runtime: createPlainRuntime(), namespace: 'fixture' })
  app = await buildAndStart(FIXTURE_PORT, env(BUILD, 'on'))
})

afterAll(async () => {
  await app?.stop()
  await upstream?.close()
  await redis?.close()
  await engine?.close()
})

/** What some work costs: commands at Redis by name, and HTTP requests to it. */
async function costOf(work: () => Promise<unknown>) {
  redis.resetCounts()
  await work()
  const { http, byCommand } = redis.counts()
  return { http, ...byCommand }
}

/** Brings the item to its soft expiry, which is a key in Redis that is gone. */
async function passSoftExpiry() {
  const connection = await engine.connect()
  expect(await connection.run([['UNLINK', `fixture:s:item.1:${id}`]])).toEqual([1n])
  connection.close()
}

describe('one process', () => {
  test('loads a cold key once for a page and a route handler that ask at the same time', async () => {
    const load = upstream.holdLoad(id)
    const before = Number(await app.route('coalesced', id))
    const fromPage = app.page('read', id)
    await load.arrived
    const fromRoute = app.route('read', id)
    await vi.waitFor(async () => expect(await app.route('coalesced', id)).toBe(before + 1), PATIENCE)
    load.release()
    expect(await Promise.all([fromPage, fromRoute])).toEqual([1, 1])
    expect(upstream.loadsOf(id)).toBe(1)
  })

  test.each(invalidating)(
    'drops the values in the process cache of its pages after an invalidation in %s',
    async (_, place) => {
      await app.page('readKept', id)
      upstream.change(id)
      expect(await costOf(async () => expect(await app.page('readKept', id)).toBe(1))).toEqual({ http: 0 })
      await app[place]('invalidateKept', id)
      expect(await app.page('readKept', id)).toBe(2)
    },
  )
})

describe('a render', () => {
  test('that reads by id, then by name, sees what another process changed and invalidated in between', async () => {
    const gate = upstream.closeGate(id)
    const view = app.page('readByIdThenByName', id)
    await gate.arrived
    upstream.change(id)
    await elsewhere.invalidateTags([`item:${id}`])
    gate.release()
    expect(await view).toEqual([1, 2])
    expect(upstream.loadsOf(id)).toBe(2)
  })

  test('of sibling components that read cold keys costs one MGET, one lease, one batched load and one commit', async () => {
    const siblings = ['a', 'b', 'c', 'd', 'e'].map((part) => `${id}-${part}`)
    const before = upstream.requests()
    const cost = await costOf(async () =>
      expect(await app.show(`/siblings?ids=${siblings}`)).toEqual([1, 1, 1, 1, 1]),
    )
    expect(cost).toEqual({ http: 3, mget: 1, evalsha: 2 })
    expect(upstream.requests() - before).toBe(1)
  })

  test('of sibling components that read warm keys costs one MGET', async () => {
    const siblings = ['a', 'b', 'c', 'd', 'e'].map((part) => `${id}-${part}`)
    await app.show(`/siblings?ids=${siblings}`)
    expect(await costOf(() => app.show(`/siblings?ids=${siblings}`))).toEqual({ http: 1, mget: 1 })
  })
})

describe.each(places)('one request, in %s,', (_, place) => {
  test('asks Redis once for a key that it reads five times', async () => {
    await app[place]('read', id)
    const cost = await costOf(async () =>
      expect(await app[place]('readFiveTimes', id)).toEqual([1, 1, 1, 1, 1]),
    )
    expect(cost).toEqual({ http: 1, mget: 1 })
  })

  test('remembers a value until it invalidates it, and reads the new one then', async () => {
    expect(await app[place]('invalidateBetweenReads', id)).toEqual([1, 1, 2])
  })

  test('is served a value past its soft expiry at once, which is refreshed after the response', async () => {
    await app[place]('read', id)
    upstream.change(id)
    await passSoftExpiry()
    const gate = upstream.closeGate(id)
    const refresh = upstream.holdLoad(id)
    redis.resetCounts()
    const answer = app[place]('readAndWait', id)
    await gate.arrived
    // Had the refresh not waited for the response, its lease would have come before this.
    await app.route('read', 'warm-up')
    expect(redis.counts().byCommand).toEqual({ mget: 2 })
    gate.release()
    expect(await answer).toBe(1)
    await refresh.arrived
    refresh.release()
    await vi.waitFor(async () => expect(await app.page('read', id)).toBe(2), PATIENCE)
    expect(upstream.loadsOf(id)).toBe(2)
  })

  test('reads a value in its after()', async () => {
    await app[place]('readAfter', id)
    await vi.waitFor(() => expect(upstream.reported(id)).toBe(1), PATIENCE)
  })

  test('makes cached output new by an invalidation in its after()', async () => {
    await app.page('readCached', id)
    upstream.change(id)
    await app[place]('invalidateAfter', id)
    await vi.waitFor(async () => expect(await app.page('readCached', id)).toBe(2), PATIENCE)
  })
})

describe('a page whose layout, metadata and three components read one item by name', () => {
  test('costs one command', async () => {
    await app.show(`/named/${id}`)
    const cost = await costOf(async () => expect(await app.show(`/named/${id}`)).toEqual([1, 1, 1, 1]))
    expect(cost).toEqual({ http: 1, mget: 1 })
  })
})

test('a second read in a render asks nothing of Next', async () => {
  expect(await app.page('callsOfSecondRead', id)).toBe(0)
})

test.each(places)('in %s, loads run outside of every request', async (_, place) => {
  expect(await app[place]('storesOutside', id)).toEqual({ work: false, unit: false })
})

describe('a prerendered page with a lookup under Suspense', () => {
  test('asks neither Redis nor the upstream while it is built', () => {
    expect(asked).toEqual({ commands: 0, requests: 0 })
  })

  test('is a shell without the value', async () => {
    const shell = await readFile(`${fixtures}/lookup-app/${BUILD}/server/app/suspended.html`, 'utf8')
    expect(shell).toContain('A shell')
    expect(shell).toContain('waiting')
    expect(shell).not.toContain('<output>')
  })

  test('shows the value when it is asked for', async () => {
    expect(await app.show('/suspended')).toEqual([1])
  })
})

describe('inside "use cache"', () => {
  test('a value is kept by Next', async () => {
    await app.page('readCached', id)
    upstream.change(id)
    const cost = await costOf(async () => expect(await app.page('readCached', id)).toBe(1))
    expect(cost).toEqual({ http: 0 })
  })

  test.each(invalidating)(
    'a value is new in the first view after an invalidation in %s',
    async (_, place) => {
      await app.page('readCached', id)
      upstream.change(id)
      await app[place]('invalidate', id)
      expect(await app.page('readCached', id)).toBe(2)
    },
  )

  test.each(invalidating)(
    'a value is new for the rest of the request after an invalidation in %s',
    async (_, place) => {
      expect(await app[place]('invalidateBetweenCachedReads', id)).toEqual([1, 2])
    },
  )

  test.each(invalidating)(
    'a page that Next kept whole is new in the first view after an invalidation in %s',
    async (_, place) => {
      const page = `/cached/${id}`
      expect(await app.show(page)).toEqual([1])
      await vi.waitFor(async () => expect(await app.kept(page)).toBe('HIT'), PATIENCE)
      upstream.change(id)
      await app[place]('invalidate', id)
      expect(await app.show(page)).toEqual([2])
    },
  )

  test('a value that is invalidated while it is loaded is not kept', async () => {
    const load = upstream.holdLoad(id)
    const overtaken = app.page('readCached', id)
    await load.arrived
    upstream.change(id)
    await app.route('invalidate', id)
    load.release()
    await overtaken
    expect(await app.page('readCached', id)).toBe(2)
  })

  test('a value past its soft expiry is served, and refreshed in the background', async () => {
    await app.page('read', id)
    upstream.change(id)
    await passSoftExpiry()
    expect(await app.page('readCached', id)).toBe(1)
    await vi.waitFor(async () => expect(await app.page('read', id)).toBe(2), PATIENCE)
    expect(upstream.loadsOf(id)).toBe(2)
  })

  test('a lookup with revocation markers is refused', async () => {
    expect(await app.page('readRevocableCached', id)).toEqual({
      code: 'inside_use_cache',
      message: 'Lookup "revocable" has revocation markers: call it outside "use cache" (inside_use_cache)',
    })
  })
})

describe('the server', () => {
  test('has printed nothing by itself', () => {
    expect(app.said()).toEqual([])
  })
})

// After the test of what the server prints: Next prints what a handler throws.
describe.each(invalidating)('an invalidation in %s', (_, place) => {
  test.each(['invalidateThenThrow', 'invalidateThenNotFound'])(
    'makes cached output new also when it ends with a failure: %s',
    async (scenario) => {
      expect(await app.page('readCached', id)).toBe(1)
      upstream.change(id)
      await app[place](scenario, id).catch(() => {})
      await vi.waitFor(async () => expect(await app.page('readCached', id)).toBe(2), PATIENCE)
    },
  )
})

// A build of its own.
describe.skipIf(fullOr(false, true))('without cacheComponents', () => {
  let plain: FixtureApp

  beforeAll(async () => {
    plain = await buildAndStart(FIXTURE_PORT + 1, env('.next-lookup-plain', 'off'))
  })

  afterAll(() => plain?.stop())

  test('a page with a lookup loads nothing while it is built, and shows the value on request', async () => {
    expect(asked).toEqual({ commands: 0, requests: 0 })
    expect(await plain.show('/suspended')).toEqual([1])
  })

  test.each(places)('one request, in %s, remembers a value until it invalidates it', async (_, place) => {
    expect(await plain[place]('invalidateBetweenReads', id)).toEqual([1, 1, 2])
  })

  test.each(invalidating)(
    'a value inside "use cache" is new in the first view after an invalidation in %s',
    async (_, place) => {
      await plain.page('readCached', id)
      upstream.change(id)
      await plain[place]('invalidate', id)
      expect(await plain.page('readCached', id)).toBe(2)
    },
  )

  test('the server has printed nothing by itself', () => {
    expect(plain.said()).toEqual([])
  })
})

describe('outside Next', () => {
  test('a script reads a lookup and loads nothing of Next or React', async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', `${fixtures}/outside-next.ts`],
      { env: { ...process.env, NODE_ENV: 'production', ...env(BUILD, 'on') } },
    )
    const { value, loaded }: { value: string; loaded: string[] } = JSON.parse(stdout)
    expect(value).toBe('Hello, script')
    expect(loaded.filter((url) => url.includes('/lib/lookup/')).length).toBeGreaterThan(10)
    expect(loaded.filter((url) => /\/node_modules\/(next|react|react-dom)\//.test(url))).toEqual([])
    expect(stderr).toBe('')
  })
})
