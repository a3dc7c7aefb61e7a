import { expect, it } from 'vitest'
import type { Store } from '@/lib/lookup/store'
import { createFleet, user, watch } from './in-process-fleet'

/** Callers of several processes on cold keys, over a store that takes 5 ms and a loader that takes 200 ms. */
async function rush(processes: number, callers: number, keys: number) {
  const { clock, join, store } = createFleet()
  const ids = Array.from({ length: keys }, (_, i) => `u${i}`)
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve))
  const far: Store = {
    ...store,
    read: (asked) => wait(5).then(() => store.read(asked)),
    acquire: (requests, nonce) => wait(5).then(() => store.acquire(requests, nonce)),
    commit: (requests) => wait(5).then(() => store.commit(requests)),
  }
  let loads = 0
  const counts = Array.from({ length: processes }, () => {
    const watched = watch(far)
    const process = join({ store: watched, concurrency: 1000 })
    const { load: _, ...declaration } = user<{ id: string }>(async () => null)
    const lookup = process.defineLookup({
      ...declaration,
      async loadMany(asked: string[]) {
        loads += asked.length
        await wait(200)
        return asked.map((id) => ({ id }))
      },
    })
    return { reads: Array.from({ length: callers }, () => lookup.many(ids)), commands: watched.commands }
  })
  await clock.advance(2000)
  for (const values of await Promise.all(counts.flatMap((count) => count.reads)))
    expect(values.map((value) => value?.id)).toEqual(ids)
  return { loads, most: Math.max(...counts.map((count) => count.commands.length)) }
}

it('loads each of 50 cold keys once for 16 processes, and none sends three times the commands of a single process', async () => {
  const lone = await rush(1, 200, 50)
  const fleet = await rush(16, 200, 50)
  expect(lone).toEqual({ loads: 50, most: 3 })
  expect(fleet.loads).toBe(50)
  expect(fleet.most).toBeLessThanOrEqual(3 * lone.most)
})
