import { sharedCacheHealth } from './cache-health'
import { sharedAudit, sharedDeliveries } from './logs'

/** What open dashboards are told as it changes. The caller authorises. */
export async function readSnapshot() {
  const [cache, webhooks, audit] = await Promise.all([sharedCacheHealth(), sharedDeliveries(), sharedAudit()])
  return { cache, webhooks, audit }
}

export type Snapshot = Awaited<ReturnType<typeof readSnapshot>>
