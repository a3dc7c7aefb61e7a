import { isDeclared, providerOf, providers } from '../integrations/providers'
import { memoizeFor } from '../process/memoize-for'
import { auditKey } from '../telemetry/audit'
import type { AuditRecord } from '../telemetry/audit-trail'
import { telemetryRedis } from '../telemetry/connection'
import { CursorError, readAudit } from '../telemetry/read-audit'
import { recentDeliveries } from '../webhooks/delivery-log'
import { panelResult, SHARED_MS } from './panel-result'
import { SHOWN } from './shown'
import type { Line } from './snapshot-schema'
import { NO_READS, type TokenHealth, tokenHealth } from './token-health'

/** Records from which the state of the integrations is made. */
const RECENT = 200
/** Most records of a file. */
const MOST_EXPORTED = 10_000

/** The most recent webhook deliveries, all that the log keeps. */
export const sharedDeliveries = memoizeFor(SHARED_MS, 'deliveries', () => panelResult(recentDeliveries))

const trail = () => ({ redis: telemetryRedis(), key: auditKey() })

const sharedRecords = memoizeFor(SHARED_MS, 'audit-records', () =>
  panelResult(async () => (await readAudit(trail(), { limit: RECENT })).records),
)

/** A record as lists show it: with the name of the provider, or the roles that were given. */
export function lineOf(record: AuditRecord): Line {
  const { action, target = '' } = record
  const [provider] = target.split(':')
  if (action === 'role.update') return { ...record, detail: target || 'no role' }
  return /^(token|integration)\./.test(action) && provider
    ? { ...record, detail: providerOf(provider).name }
    : record
}

/** The most recent records of the audit trail. */
export async function sharedAudit() {
  const found = await sharedRecords()
  return 'data' in found ? { ...found, data: found.data.slice(0, SHOWN).map(lineOf) } : found
}

/** Which records. What is left out does not matter. */
export interface AuditFilter {
  /** The ID of the actor, the subject or the impersonated user. */
  user?: string | undefined
  /** An action, or the first part of several: `token`, `token.read`. */
  action?: string | undefined
  /** `failed`: every outcome but `ok`. */
  outcome?: string | undefined
  /** Milliseconds since the epoch. */
  since?: number | undefined
}

const isOf = (name: string, filter: string) => name === filter || name.startsWith(`${filter}.`)

const whereOf =
  ({ action, outcome }: AuditFilter) =>
  (record: AuditRecord): boolean =>
    (!action || isOf(record.action, action)) &&
    (!outcome || (outcome === 'failed' ? record.outcome !== 'ok' : record.outcome === outcome))

const optionsOf = (filter: AuditFilter) => ({
  where: whereOf(filter),
  ...(filter.user && { user: filter.user }),
  ...(filter.since !== undefined && { since: filter.since }),
})

/** A page of the records that match, and the cursor of the next page. A cursor that is not valid is the first page. */
export async function readTrail(
  filter: AuditFilter,
  { cursor, limit = SHOWN }: { cursor?: string; limit?: number } = {},
) {
  const options = { ...optionsOf(filter), limit }
  if (cursor === undefined) return readAudit(trail(), options)
  return readAudit(trail(), { ...options, cursor }).catch((error: unknown) => {
    if (!(error instanceof CursorError)) throw error
    return readAudit(trail(), options)
  })
}

/** The newest records that match, from the whole trail. @throws the signal's reason once it has aborted */
export const recordsToExport = async (filter: AuditFilter, signal: AbortSignal): Promise<AuditRecord[]> =>
  (await readAudit(trail(), { ...optionsOf(filter), limit: MOST_EXPORTED, signal })).records

/** A page for a list. */
export const auditPage = (...args: Parameters<typeof readTrail>) =>
  panelResult(async () => {
    const { records, next } = await readTrail(...args)
    return { records: records.map(lineOf), next }
  })

/** How the newest read of tokens ended for each person, by the ID of the provider, and since when records are counted. */
export async function sharedTokenHealth() {
  const found = await sharedRecords()
  if (!('data' in found)) return found
  const health = tokenHealth(found.data)
  const byProvider = new Map<string, { name: string; health: TokenHealth }>()
  const others = [...health.keys()].filter((id) => !isDeclared(id)).sort()
  for (const { id, name } of [...providers(), ...others.map(providerOf)])
    byProvider.set(id, { name, health: health.get(id) ?? NO_READS })
  return { at: found.at, data: { byProvider, since: found.data.at(-1)?.at ?? null } }
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
