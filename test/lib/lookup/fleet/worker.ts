import { z } from 'zod'
import { createLookups } from '../../../../lib/lookup/create-lookups'
import { createRedisStore } from '../../../../lib/lookup/redis/store'
import { createPlainRuntime } from '../../../../lib/lookup/runtime/plain'
import type { Store } from '../../../../lib/lookup/store'
import { addressOf } from '../../../support/redis-address'
import { moment, order, type Reply, type Report, settings } from './messages'

/** One process of the fleet: many callers that read one key after another, and invalidations on request. */
const { url, token, upstream, keys, callers } = settings.parse(JSON.parse(process.argv[2] ?? ''))
const report: Report = { did: 'report', reads: [], leases: [], uncached: 0, errors: [] }

/** Notes every lease it is given. */
function watched(store: Store): Store {
  return {
    ...store,
    async acquire(requests, nonce) {
      const replies = await store.acquire(requests, nonce)
      for (const [i, given] of replies.entries()) {
        if (given.kind !== 'load') continue
        report.leases.push({ key: requests[i]?.slot.entry ?? '', generation: given.generation })
      }
      return replies
    },
  }
}

// A long deadline, because after a timeout a read bypasses Redis, which is not tested here.
const store = watched(createRedisStore({ ...addressOf({ url, token }), timeoutMs: 10_000 }))
const { defineLookup, on } = createLookups({ store, runtime: createPlainRuntime(), namespace: 'fleet' })
on(({ type }) => {
  if (type === 'uncached') report.uncached++
})
const lookup = defineLookup({
  ...{ name: 'value', version: 1, ttl: 300, key: (key: string) => key },
  tags: (key) => [`value:${key}`, `owner:${key}`],
  async load(key: string, { signal }) {
    const response = await fetch(`${upstream}/${key}`, { signal })
    return z.object({ key: z.string(), version: z.number() }).parse(await response.json())
  },
})

let reading = true
async function caller() {
  while (reading) {
    const key = keys[Math.floor(Math.random() * keys.length)] ?? ''
    const begun = moment()
    const value = await lookup(key)
    if (value?.key !== key) throw new Error(`Asked for ${key}, got ${value?.key}`)
    report.reads.push({ key, begun, version: value.version })
  }
}

const say = (what: Reply) => process.send?.(what)
let running: Promise<void>[] = []
process.on('message', async (message) => {
  const wanted = order.parse(message)
  if (wanted.do === 'read') {
    const failed = (error: unknown) => void report.errors.push(String(error))
    running = Array.from({ length: callers }, () => caller().catch(failed))
  } else if (wanted.do === 'invalidate') {
    await lookup.invalidate(wanted.key)
    say({ did: 'invalidate', id: wanted.id, at: moment() })
  } else {
    reading = false
    await Promise.all(running)
    say(report)
  }
})
process.once('disconnect', () => process.exit())
say({ did: 'start' })
