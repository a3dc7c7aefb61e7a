import { randomBytes } from 'node:crypto'

// A hit of a user of 1 KB, with a MAC and without, over a store in memory: `node --import tsx bench/mac.ts`.
// What Redis and the network take comes on top of both. The keys are read once, so first.
process.env.CACHE_ENCRYPTION_KEYS = `bench:${randomBytes(32).toString('base64')}`

const { json } = await import('../lib/lookup/json')
const { isStoredUser, storedPart, toCachedUser } = await import('../lib/cache/cached-user')
const { createLookups } = await import('../lib/lookup/create-lookups')
const { systemClock } = await import('../lib/lookup/clock')
const { createMemoryStore } = await import('../lib/lookup/testing/memory-store')
const { createPlainRuntime } = await import('../lib/lookup/runtime/plain')
const { signed } = await import('../lib/cache/signed')

const metadata = { role: 'member', about: 'x'.repeat(500) }
const cached = toCachedUser({
  ...{ id: 'user_2bench', username: 'ada', first_name: 'Ada', last_name: 'Byron', image_url: '/ada.png' },
  email_addresses: [{ id: 'idn_1', email_address: 'ada@example.com', verification: { status: 'verified' } }],
  ...{ primary_email_address_id: 'idn_1', public_metadata: metadata },
})
const user = storedPart(cached)
const ROUNDS = 15
const READS = 5_000

const kinds = {
  plain: json<typeof user>(),
  shape: json<typeof user>(isStoredUser),
  mac: signed(isStoredUser, 3600),
}
const { defineLookup } = createLookups({
  ...{ store: createMemoryStore(systemClock), runtime: createPlainRuntime(), namespace: 'bench' },
})
const lookups = Object.entries(kinds).map(([name, codec]) => ({
  name,
  lookup: defineLookup<string, typeof user>({
    ...{ name, version: 1, ttl: 3600, codec, key: (id) => id, tags: (id) => [id], load: async () => user },
  }),
}))
const times = new Map(lookups.map(({ name }) => [name, [] as number[]]))
for (let round = 0; round <= ROUNDS; round++)
  for (const { name, lookup } of lookups) {
    const start = performance.now()
    for (let i = 0; i < READS; i++) await lookup.fresh(user.id)
    // The first round is to warm up.
    if (round > 0) times.get(name)?.push(((performance.now() - start) * 1000) / READS)
  }
const median = (list: number[] = []) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0
const plain = median(times.get('plain'))
for (const name of Object.keys(kinds)) {
  const us = median(times.get(name))
  process.stdout.write(`${name}: ${us.toFixed(2)} µs, ${(us / plain).toFixed(2)} times plain\n`)
}
