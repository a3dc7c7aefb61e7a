import { z } from 'zod'
import { lookupCounts } from '../lib/cache/counts'
import { createLookups } from '../lib/lookup/create-lookups'
import { createRedisStore } from '../lib/lookup/redis/store'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import { tagsOf } from './sample'

/** One process of the fleet: the given number of callers read the given keys. */
const { url, token, upstream } = z
  .object({ url: z.string(), token: z.string(), upstream: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ''))
const order = z.object({ lookup: z.enum(['one', 'batch']), callers: z.number(), ids: z.array(z.string()) })

const store = createRedisStore({ url, token, timeoutMs: 5000 })
lookupCounts()
const { defineLookup } = createLookups({ store, runtime: createPlainRuntime(), namespace: 'fleet' })
async function ask(path: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(`${upstream}/${path}`, { signal })
  return response.json()
}
const common = { version: 1, key: (id: string) => id, tags: tagsOf, ttl: 3600 }
const lookups = {
  one: defineLookup({ ...common, name: 'one', load: (id: string, { signal }) => ask(id, signal) }),
  batch: defineLookup({
    ...common,
    name: 'batch',
    loadMany: async (ids: string[], { signal }) =>
      z.array(z.unknown()).parse(await ask(ids.join(','), signal)),
  }),
}

process.on('message', async (message) => {
  const { lookup, callers, ids } = order.parse(message)
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, () => lookups[lookup].many(ids)))
  const ms = performance.now() - start
  process.send?.({
    ms,
    uncached: Object.values(lookupCounts()).reduce((sum, { uncached }) => sum + uncached, 0),
  })
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
