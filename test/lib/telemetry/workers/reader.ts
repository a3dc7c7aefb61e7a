import {
  getCachedUserById,
  getCachedUserByUsername,
  getCachedUsersByIds,
} from '../../../../lib/cache/clerk-cache'
import { invalidateUserCache } from '../../../../lib/cache/clerk-cache-utils'
import { refreshesSettled } from '../../../../lib/cache/lookups'
import { metrics } from '../../../../lib/telemetry/metrics'
import { startTelemetry, stopTelemetry } from '../../../../lib/telemetry/start'

/** Reads of every kind, as in an app. Sends its metrics to the parent process. */
const [own = '', ...ids] = process.argv.slice(2)

await startTelemetry()
for (let round = 0; round < 5; round++) {
  // Some requests to Clerk fail. They are counted too.
  await Promise.allSettled(ids.map(getCachedUserById))
  await Promise.allSettled([getCachedUsersByIds(ids)])
  await Promise.allSettled([getCachedUserById(own), getCachedUserById('user_2nobodyatall')])
  await Promise.allSettled([getCachedUserByUsername('nobody at all')])
  await invalidateUserCache(own)
}
await refreshesSettled()
const text = await metrics().registry.metrics()
await stopTelemetry({ timeout: 5000 })
process.send?.(text)
process.disconnect?.()
