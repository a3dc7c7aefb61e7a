import { sharedCacheHealth } from './cache-health'
import { sharedAudit, sharedDeliveries } from './logs'
import type { Snapshot } from './snapshot-schema'

/** What the server sends to open dashboards. The caller authorizes. */
export async function readSnapshot(): Promise<Snapshot> {
  const [cache, webhooks, audit] = await Promise.all([sharedCacheHealth(), sharedDeliveries(), sharedAudit()])
  return { cache, webhooks, audit }
}
