import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const HOUR = 3600_000

type Step =
  | { do: 'read' | 'fresh' | 'invalidate'; key: string }
  | { do: 'wait'; ms: number }
  | { do: 'redis'; down: boolean }

const key = fc.constantFrom('a', 'b')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('read' as const, 'fresh' as const, 'invalidate' as const), key }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(10, 900, 1100, 4000, 9000, 30_000) }),
  fc.record({ do: fc.constant('redis' as const), down: fc.boolean() }),
)

/** Loaded while `performance` is a fake, so that the engine's own clock can be advanced, apart from the wall clock. */
async function loadKit() {
  vi.resetModules()
  const [{ createLookups }, { createMemoryStore }, { createProcessState }, { createPlainRuntime }, errors] =
    await Promise.all([
      import('@/lib/lookup/create-lookups'),
      import('@/lib/lookup/testing/memory-store'),
      import('@/lib/lookup/process-state'),
      import('@/lib/lookup/runtime/plain'),
      import('@/lib/lookup/errors'),
    ])
  const { createBreaker } = await import('@/lib/lookup/redis/breaker')
  const { createBatchWriter } = await import('@/lib/telemetry/batch-writer')
  return {
    ...{ createLookups, createMemoryStore, createProcessState, createPlainRuntime, createBreaker },
    ...{ createBatchWriter, LookupError: errors.LookupError },
  }
}

let kit: Awaited<ReturnType<typeof loadKit>>
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] })
  kit = await loadKit()
})
afterAll(() => vi.useRealTimers())

async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms)
  for (let i = 0; i < 4; i++) await turn()
}

/** Everything that happens in one process: with its wall clock set before each step, or left alone. */
async function run(steps: readonly Step[], jumps: readonly number[]) {
  // The server's clock is another one.
  const server = { now: () => performance.now(), timer: () => () => {} }
  const memory = kit.createMemoryStore(server)
  let down = false
  /** Hours by which the wall clock is still to be set in this step: while a request to Redis is under way, if there is one. */
  let left = 0
  function jump() {
    vi.setSystemTime(Date.now() + left * HOUR)
    left = 0
  }
  const breaker = kit.createBreaker({ breakAfter: 2 }, () => {})
  /** Redis behind the kit's breaker. */
  const guarded =
    <I extends unknown[], O>(work: (...args: I) => Promise<O>) =>
    async (...args: I): Promise<O> => {
      const admitted = breaker.admit()
      const failed = down || admitted === 'no'
      const health = failed ? 'outage' : 'ok'
      if (admitted === 'probe') breaker.probed(health)
      else breaker.count(health)
      jump()
      if (failed) throw new kit.LookupError('store_unavailable', 'down')
      return work(...args)
    }
  const store = {
    ...{ ...memory, read: guarded(memory.read), acquire: guarded(memory.acquire) },
    ...{ commit: guarded(memory.commit), fail: guarded(memory.fail), healthy: () => !breaker.isOpen() },
  }
  const state = kit.createProcessState()
  const trace: unknown[] = []
  state.on((event) => trace.push(event))
  let ids = 0
  const lookups = kit.createLookups({
    ...{ store, state, runtime: kit.createPlainRuntime(), namespace: 't', random: () => 0 },
    newId: () => `id${++ids}`,
  })
  let version = 0
  const lookup = lookups.defineLookup({
    ...{ name: 'value', version: 1, ttl: 20, grace: 20, processTtl: 5, key: (id: string) => id },
    tags: (id: string) => [id],
    load: async () => ++version,
  })
  const writer = kit.createBatchWriter<string>({
    sink: async (batch) => void trace.push(batch.map(({ record }) => record)),
  })
  const note = async (work: Promise<unknown>) => {
    let done = false
    work
      .then(
        (value) => trace.push(value),
        (error: unknown) => trace.push(String(error)),
      )
      .finally(() => {
        done = true
      })
    while (!done) await pass(50)
  }
  for (const [i, one] of steps.entries()) {
    left = jumps[i] ?? 0
    if (one.do === 'wait') {
      jump()
      await pass(one.ms)
    } else if (one.do === 'redis') down = one.down
    else {
      writer.add(`${i}`)
      await note(one.do === 'read' ? lookup(one.key) : lookup[one.do](one.key))
    }
    jump()
  }
  await writer.stop()
  return trace
}

async function checkSteps(pairs: [Step, number][]) {
  const steps = pairs.map(([one]) => one)
  const jumps = pairs.map(([, by]) => by)
  const plain = (trace: unknown[]) =>
    JSON.parse(JSON.stringify(trace, (name, value) => (name === 'ms' ? 0 : value)))
  expect(plain(await run(steps, jumps))).toEqual(plain(await run(steps, [])))
}

describe('the wall clock', () => {
  it('may be set by an hour at any moment: nothing happens otherwise', async () => {
    const jump = fc.constantFrom(-1, -1, 0, 1, 1)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, jump), { minLength: 10, maxLength: 25 }), checkSteps),
      { numRuns: 100, seed: 1 },
    )
  })

  const read: Step = { do: 'read', key: 'a' }
  const down: Step = { do: 'redis', down: true }
  const up: Step = { do: 'redis', down: false }
  const wait = (ms: number): Step => ({ do: 'wait', ms })
  const cases: [string, number, Step[]][] = [
    ['a breaker that is open', 5, [read, down, wait(9000), read, read, wait(4000), up, read, read, read]],
    ['the process cache, in a read', 2, [read, wait(6000), read, wait(4000), read, wait(1100), read]],
    ['the process cache, after a read', 1, [read, wait(4000), read, wait(1100), read]],
    ['a refresh', 1, [read, wait(16_500), read, wait(10), read, wait(9000), read]],
  ]
  it.each(cases.flatMap(([what, at, steps]) => [-1, 1].map((by) => [what, by, at, steps] as const)))(
    'does not matter to %s: %i h',
    async (_, by, at, steps) => {
      await checkSteps(steps.map((one, i) => [one, i === at ? by : 0]))
    },
  )

  it('is read by the engine only for the age of a value', () => {
    const files = readdirSync('lib/lookup', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('testing/'))
      .map((file) => `lib/lookup/${file}`)
    const readers = files.filter((file) => /\bDate\b/.test(readFileSync(file, 'utf8')))
    expect(readers).toEqual(['lib/lookup/declaration.ts'])
  })
})
