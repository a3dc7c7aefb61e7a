import { auditKey } from '../telemetry/audit'
import { telemetryRedis } from '../telemetry/connection'
import { readAudit } from '../telemetry/read-audit'
import { recentDeliveries } from '../webhooks/delivery-log'
import { shared } from './memoize-for'
import { section } from './panel-result'

/** Lines a panel shows. */
const SHOWN = 12
/** Records that say how tokens fared lately. */
const LATELY = 200

/** The last webhooks. */
export const sharedDeliveries = shared('deliveries', () =>
  section(async () => (await recentDeliveries()).slice(0, SHOWN)),
)

const trail = () => ({ redis: telemetryRedis(), key: auditKey() })

const sharedRecords = shared('records', () =>
  section(async () => (await readAudit(trail(), { limit: LATELY })).records),
)

/** The last records of the audit trail. */
export async function sharedAudit() {
  const found = await sharedRecords()
  return 'data' in found ? { ...found, data: found.data.slice(0, SHOWN) } : found
}

/** The last records that a user did, or that are about them. */
export const auditOf = (user: string) =>
  section(async () => (await readAudit(trail(), { user, limit: SHOWN })).records)

/** How the last tokens fared, by provider, and who was refused one: records of the audit trail since `since`. */
export async function sharedTokenRecords() {
  const found = await sharedRecords()
  if (!('data' in found)) return found
  const reads = found.data.filter(({ action }) => action === 'token.read' || action === 'token.refresh')
  return { at: found.at, data: { reads, since: found.data.at(-1)?.at ?? null } }
}

/** When a token of a user was last got from Clerk, by `provider` or `provider:account`; looks back an hour. */
export async function refreshesOf(user: string, now: number): Promise<Map<string, number>> {
  const { records } = await readAudit(trail(), { user, since: now - 3600_000, limit: 100 })
  const last = new Map<string, number>()
  for (const { action, outcome, subject, target = '', at } of records)
    if (action === 'token.refresh' && outcome === 'ok' && subject === user && !last.has(target))
      last.set(target, at)
  return last
}
