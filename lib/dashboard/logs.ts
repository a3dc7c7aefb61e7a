import { memoizeFor } from '../process/memoize-for'
import { auditKey } from '../telemetry/audit'
import { telemetryRedis } from '../telemetry/connection'
import { readAudit } from '../telemetry/read-audit'
import { recentDeliveries } from '../webhooks/delivery-log'
import { panelResult, SHARED_MS } from './panel-result'
import { tokenHealth } from './token-health'

/** Lines in a panel. */
const SHOWN = 12
/** Records from which the panel Integrations is made. */
const RECENT = 200

/** The most recent webhook deliveries. */
export const sharedDeliveries = memoizeFor(SHARED_MS, 'deliveries', () =>
  panelResult(async () => (await recentDeliveries()).slice(0, SHOWN)),
)

const trail = () => ({ redis: telemetryRedis(), key: auditKey() })

const sharedRecords = memoizeFor(SHARED_MS, 'audit-records', () =>
  panelResult(async () => (await readAudit(trail(), { limit: RECENT })).records),
)

/** The most recent records of the audit trail. */
export async function sharedAudit() {
  const found = await sharedRecords()
  return 'data' in found ? { ...found, data: found.data.slice(0, SHOWN) } : found
}

/** The most recent records with the user as actor or as subject. */
export const auditOf = (user: string) =>
  panelResult(async () => (await readAudit(trail(), { user, limit: SHOWN })).records)

/** How the most recent reads of tokens ended, by provider, and since when. */
export async function sharedTokenHealth() {
  const found = await sharedRecords()
  if (!('data' in found)) return found
  return {
    at: found.at,
    data: { byProvider: tokenHealth(found.data), since: found.data.at(-1)?.at ?? null },
  }
}

/** When Clerk last returned each token of a user within the last hour, by `provider` or `provider:account`. */
export async function refreshesOf(user: string, now: number): Promise<Map<string, number>> {
  const { records } = await readAudit(trail(), { user, since: now - 3600_000, limit: 100 })
  const last = new Map<string, number>()
  for (const { action, outcome, subject, target = '', at } of records)
    if (action === 'token.refresh' && outcome === 'ok' && subject === user && !last.has(target))
      last.set(target, at)
  return last
}
