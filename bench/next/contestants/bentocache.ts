import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { upstashDriver } from '../../bento-upstash'
import { loadUser } from '../load'
import { redis } from '../redis'

function create() {
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: 5000 }))
    .useL2Layer(upstashDriver(redis()))
  return new BentoCache({ default: 'users', stores: { users: store } })
}
let cache: ReturnType<typeof create> | undefined

export function read(id: string) {
  cache ??= create()
  return cache.getOrSet({ key: id, ttl: '1h', factory: () => loadUser(id) })
}
