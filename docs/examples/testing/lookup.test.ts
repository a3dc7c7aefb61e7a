import { expect, test } from 'vitest'
import { createLookups } from '~/lib/clerk-cache/lookup/create-lookups'
import { createPlainRuntime } from '~/lib/clerk-cache/lookup/runtime/plain'
import { createMemoryStore } from '~/lib/clerk-cache/lookup/testing/memory-store'
import { createVirtualClock } from '~/lib/clerk-cache/lookup/testing/virtual-clock'

/** A lookup on a store in memory, and the clock by which it expires. */
function createRates() {
  const clock = createVirtualClock()
  const store = createMemoryStore(clock)
  const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 'test', clock })
  let loads = 0
  const rateOf = lookups.defineLookup({
    ...{ name: 'rate', version: 1, ttl: 300 },
    key: (currency: string) => currency,
    tags: (currency) => [`rate:${currency}`],
    load: async () => ({ loads: ++loads }),
  })
  return { clock, rateOf, invalidateTags: lookups.invalidateTags }
}

test('loads once, and again when the value has expired', async () => {
  const { clock, rateOf } = createRates()
  await rateOf('EUR')
  expect(await rateOf('EUR')).toEqual({ loads: 1 })
  await clock.advance(301_000)
  expect(await rateOf('EUR')).toEqual({ loads: 2 })
})

test('loads again after an invalidation', async () => {
  const { rateOf, invalidateTags } = createRates()
  await rateOf('EUR')
  await invalidateTags(['rate:EUR'])
  expect(await rateOf('EUR')).toEqual({ loads: 2 })
})
