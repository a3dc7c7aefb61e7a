import { expect, test } from 'vitest'
import { createFleet } from './in-process-fleet'

const MB = 1024 * 1024
const ids = Array.from({ length: 500 }, (_, i) => `id${i}`)

/** A process with a lookup, whose store says how many values and bytes each MGET returned. */
function start({ join, store }: ReturnType<typeof createFleet>, bytes: number) {
  const reads: { values: number; bytes: number }[] = []
  const measured = {
    ...store,
    async read(keys: readonly string[]) {
      const values = await store.read(keys)
      const found = values.filter((value) => value !== null && value.length > 100)
      reads.push({
        values: keys.filter((key) => key.includes(':e:')).length,
        bytes: found.reduce((sum, value) => sum + (value?.length ?? 0), 0),
      })
      return values
    },
  }
  const { defineLookup } = join({ store: measured })
  const lookup = defineLookup<string, string>({
    ...{ name: 'big', version: 1, ttl: 300, key: (id) => id, tags: (id) => [id] },
    loadMany: async (some) => some.map(() => 'x'.repeat(bytes)),
  })
  return { lookup, reads }
}

test('the first answers to a process that does not know how large values are have 100 values at most', async () => {
  const fleet = createFleet()
  await start(fleet, 50_000).lookup.many(ids)
  const { lookup, reads } = start(fleet, 50_000)
  expect((await lookup.many(ids)).every((value) => value?.length === 50_000)).toBe(true)
  expect(reads[0]).toMatchObject({ values: 100 })
  // In base64 as Upstash sends it that is 7 MB. It takes 10 MB.
  for (const read of reads) expect(read.bytes).toBeLessThan(5.5 * MB)
})

test('small values cost a process one command more in its first batch, and then none', async () => {
  const fleet = createFleet()
  await start(fleet, 200).lookup.many(ids)
  const { lookup, reads } = start(fleet, 200)
  await lookup.many(ids)
  expect(reads.map(({ values }) => values)).toEqual([100, 400])
  await lookup.many(ids)
  expect(reads).toHaveLength(3)
})

test('up to 100 cost one command from the start', async () => {
  const { lookup, reads } = start(createFleet(), 200)
  await lookup.many(ids.slice(0, 100))
  expect(reads).toHaveLength(1)
})

test('while Redis is not responding, 500 reads wait for three deadlines and not for five', async () => {
  const { join } = createFleet()
  const process = join()
  process.store.failing.add('read')
  const lookup = process.defineLookup<string, string>({
    ...{ name: 'down', version: 1, ttl: 300, key: (id) => id, tags: (id) => [id] },
    loadMany: async (some) => some.map(() => 'x'),
  })
  expect(await lookup.many(ids)).toHaveLength(500)
  expect(process.store.commands.filter((name) => name === 'read')).toHaveLength(3)
})

test('where none is cached, a process loads as many at a time as without that limit', async () => {
  const loads: number[] = []
  const { join, clock } = createFleet()
  const lookup = join().defineLookup<string, string>({
    ...{ name: 'cold', version: 1, ttl: 300, key: (id) => id, tags: (id) => [id], batch: { max: 100 } },
    async loadMany(some) {
      loads.push(some.length)
      await new Promise<void>((resolve) => clock.timer(100, resolve))
      return some.map(() => 'x')
    },
  })
  const values = lookup.many(ids)
  while (loads.length < 5) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(100)
  expect(await values).toHaveLength(500)
  expect(loads).toEqual([100, 100, 100, 100, 100])
})
