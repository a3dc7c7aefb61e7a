import { describe, expect, it } from 'vitest'
import type { Backplane } from '@/lib/lookup/process-state'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { createFleet, user } from './in-process-fleet'

interface Value {
  version: number
}

/** Two processes with process caches, which inform each other at once. */
function connected() {
  const { join } = createFleet()
  const fleet = [join(), join()]
  for (const process of fleet) {
    const others = fleet.filter((other) => other !== process)
    const backplane: Backplane = {
      epoch: () => 1,
      announce: async (tags) => {
        for (const other of others) other.state.drop(tags)
      },
    }
    process.state.connect(backplane)
  }
  let version = 0
  const declared = { ...user<Value>(async () => ({ version: ++version })), processTtl: 60 }
  const [here, there] = fleet.map((process) => process.defineLookup(declared))
  if (!here || !there) throw new Error('there are two')
  return { here, there }
}

/** A process in whose one request every read is remembered. */
function inRequest() {
  const request = {}
  const runtime = {
    ...createPlainRuntime(),
    enter: async () => ({ request, cached: false }),
    current: () => request,
    invalidated: async () => request,
  }
  let version = 0
  return createFleet()
    .join({ runtime })
    .defineLookup(user<Value>(async () => ({ version: ++version })))
}

describe.each([
  [
    'invalidateIf',
    (lookup: ReturnType<typeof inRequest>) => lookup.invalidateIf('u1', (v) => v.version === 1),
  ],
  ['reload', (lookup: ReturnType<typeof inRequest>) => lookup.reload('u1')],
  [
    'reload of a match',
    (lookup: ReturnType<typeof inRequest>) => lookup.reload('u1', (v) => v.version === 1),
  ],
])('%s', (_, drop) => {
  it('drops the value from the process cache', async () => {
    const { here } = connected()
    expect(await here('u1')).toEqual({ version: 1 })
    await drop(here)
    expect(await here('u1')).toEqual({ version: 2 })
  })

  it('drops the value from the process cache of another process', async () => {
    const { here, there } = connected()
    expect([await here('u1'), await there('u1')]).toEqual([{ version: 1 }, { version: 1 }])
    await drop(here)
    expect(await there('u1')).toEqual({ version: 2 })
  })

  it('drops the value from the memo of the request', async () => {
    const lookup = inRequest()
    expect(await lookup('u1')).toEqual({ version: 1 })
    await drop(lookup)
    expect(await lookup('u1')).toEqual({ version: 2 })
  })
})

it('invalidateIf whose answer is lost drops the value from the process cache all the same', async () => {
  const { join } = createFleet()
  const process = join()
  let version = 0
  const lookup = process.defineLookup({ ...user(async () => ({ version: ++version })), processTtl: 60 })
  await lookup('u1')
  const { dropIf } = process.store
  process.store.dropIf = async (...args) => {
    await dropIf(...args)
    throw new Error('the answer is lost')
  }
  await expect(lookup.invalidateIf('u1', () => true)).rejects.toThrow()
  expect(await lookup('u1')).toEqual({ version: 2 })
})

it('the process cache counts what its values take in memory: many small objects are not kept beyond its bound', async () => {
  const { join } = createFleet()
  const process = join({ processCache: { maxBytes: 3_000_000 } })
  const objects = Array.from({ length: 4000 }, (_, i) => ({ i: i % 10 }))
  const lookup = process.defineLookup({ ...user(async () => objects), processTtl: 60 })
  await lookup.many(Array.from({ length: 100 }, (_, i) => `u${i}`))
  const layer = [...process.state.layers].flatMap((one) => one.usage?.() ?? [])
  // 4000 objects of 39 bytes as measured, and 8 bytes as text.
  expect(layer[0]?.entries).toBeLessThanOrEqual(19)
  expect(layer[0]?.entries).toBeGreaterThan(0)
})
