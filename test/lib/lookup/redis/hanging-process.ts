import { createLookups } from '../../../../lib/lookup/create-lookups'
import { createRedisStore } from '../../../../lib/lookup/redis/store'
import { createPlainRuntime } from '../../../../lib/lookup/runtime/plain'
import { addressOf } from '../../../support/redis-address'

/** A script that reads one value, and then has nothing left to do. */
const [url = '', token = ''] = process.argv.slice(2)
const store = createRedisStore({ ...addressOf({ url, token }), timeoutMs: 500 })
const { defineLookup } = createLookups({ store, runtime: createPlainRuntime(), namespace: 'hangs' })
const lookup = defineLookup({
  ...{ name: 'value', version: 1, ttl: 300, key: (key: string) => key, tags: (key: string) => [key] },
  load: async () => 'x',
})
process.stdout.write(String(await lookup('a')))
