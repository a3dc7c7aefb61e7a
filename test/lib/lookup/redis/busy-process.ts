import { setImmediate as turn } from 'node:timers/promises'
import { createLookups } from '../../../../lib/lookup/create-lookups'
import { createRedisStore } from '../../../../lib/lookup/redis/store'
import { createPlainRuntime } from '../../../../lib/lookup/runtime/plain'
import { addressOf } from '../../../support/redis-address'

/** A process that does other work for long stretches between two turns of its event loop, and reads meanwhile. */
const [url = '', token = '', turnMs = ''] = process.argv.slice(2)
const address = addressOf({ url, token })
// Shorter than a turn, and long enough for a real server on a busy machine.
const store = createRedisStore({ ...address, timeoutMs: Number(turnMs) * 0.8 })
const { defineLookup, on } = createLookups({ store, runtime: createPlainRuntime(), namespace: 'busy' })
const events: string[] = []
on((event) => {
  if ('code' in event) events.push(`${event.type} ${event.code}`)
})
let loads = 0
const lookup = defineLookup({
  ...{ name: 'value', version: 1, ttl: 300, key: (key: string) => key, tags: (key: string) => [key] },
  load: async (key: string) => `${key}, load ${++loads}`,
})

function block(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

let busy = true
function work() {
  block(Number(turnMs))
  if (busy) setTimeout(work)
}

// Its cap is 2 s: the answer is there when the process turns again, and so is the end of the deadline.
const impatient = createRedisStore({ ...address, timeoutMs: 100 })
await impatient.check()
const answer = impatient.read(['missing']).catch((error: unknown) => String(error))
for (let i = 0; i < 3; i++) await turn()
block(2500)
const late = await answer

work()
const values = [await lookup('a'), await lookup('a'), ...(await lookup.many(['a', 'b', 'c']))]
values.push(await lookup.fresh('a', { revocationMarkers: ['left'] }))
await lookup.invalidate('a')
values.push(await lookup('a'))
busy = false
process.send?.({ late, values, events })
process.disconnect()
