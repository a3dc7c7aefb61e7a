import 'server-only'
import { LRUCache } from 'lru-cache'
import { currentActor, requireCaller } from '../auth/caller.server'
import { isAdmin, requireAdmin } from '../auth/roles.server'
import { userOfSession } from '../auth/session-user'
import { emitAudit } from '../cache/audit-events'
import type { CachedOrganization } from '../cache/cached-organization'
import { type CachedUser, getCachedUserById, isUserId } from '../cache/clerk-cache'
import { countMembers, getCachedMembersOfOrganization } from '../cache/organization-cache'
import { isOrganizationId } from '../cache/organization-lookups'
import { refuseOverLimit } from '../http/rate-limit'
import { getConnectedIntegrations } from '../integrations/integrations.service'
import { onePerProcess } from '../lookup/one-per-process'
import { withPriority } from '../lookup/priority'
import { flushAudit } from '../telemetry/audit'
import { recentDeliveries } from '../webhooks/delivery-log'
import { sharedCacheHealth } from './cache-health'
import { sharedCharts } from './charts'
import { snapshotStream } from './event-stream'
import { type FileFormat, formats } from './file-formats'
import { auditFilterOf, type ListQuery, matchingWebhooks } from './list-query'
import {
  type AuditFilter,
  auditPage,
  recordsToExport,
  refreshesOf,
  sharedAudit,
  sharedDeliveries,
  sharedTokenHealth,
} from './logs'
import {
  entriesOfOrganization,
  findOrganization,
  listNewestOrganizations,
  type OrganizationEntries,
} from './organization'
import { panelResult } from './panel-result'
import { nameOf, pictureOf, peopleOf as readPeople } from './people'
import { type Entries, entriesOf, changedAtClerk as readChanged, sessionsOf } from './person'
import { listNewestUsers } from './search-users'
import { readSnapshot, sharedFirstDeliveries, sharedTodo } from './snapshot'
import type { Range } from './snapshot-schema'
import { webhooksOf } from './webhook-rows'

/** Checks that the caller is an admin, on each call. @throws AuthError; ClerkError; LookupError */
const forAdmins =
  <A extends unknown[], T>(read: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> => {
    await requireAdmin()
    return read(...args)
  }

export const cacheHealth = forAdmins(sharedCacheHealth)
export const deliveries = forAdmins(sharedDeliveries)
export const firstDeliveries = forAdmins(sharedFirstDeliveries)
export const tokenHealth = forAdmins(sharedTokenHealth)
export const todo = forAdmins(sharedTodo)
export const charts = forAdmins(sharedCharts)

/** Reads of an admin that may ask Clerk: those of sixty pages of a user. */
const READS = { name: 'dashboard-reads', calls: 360, seconds: 60 }

/**
 * Called before Clerk is asked, so that an admin who reloads cannot spend what others need, also while reads fail.
 * @throws ClerkError `clerk_rate_limited` over the limit
 */
const countRead = async () => refuseOverLimit(READS, (await currentActor()).actor)

export const newestOrganizations = forAdmins(async (page: number) => {
  await countRead()
  return listNewestOrganizations(page)
})

/** Records of an admin's views and exports. Looking at very many must not push other records out of the trail. */
const LIMIT = { name: 'dashboard-views', calls: 60, seconds: 60 }

/** Views of the last minute: reloading a page adds no record. */
const recorded = onePerProcess('recorded-views', () => new LRUCache<string, true>({ max: 5000, ttl: 60_000 }))

/**
 * An admin who looks at a person, or at a list that names people, is a record, one for each of them, admin and minute in a
 * process. @throws ClerkError `clerk_rate_limited` over the limit
 */
async function recordView(
  subject: string,
  outcome: 'ok' | 'not_found' = 'ok',
  action: 'dashboard.view' | 'dashboard.list' = 'dashboard.view',
) {
  const event = { ...(await currentActor()), action, subject, outcome }
  const view = JSON.stringify(event)
  if (recorded.has(view)) return
  await refuseOverLimit(LIMIT, event.actor)
  recorded.set(view, true)
  emitAudit(event)
}

const recordList = (name: string) => recordView(name, 'ok', 'dashboard.list')

/** A page of all users, the newest first. */
export const newestUsers = forAdmins(async (page: number) => {
  await countRead()
  const found = await listNewestUsers(page)
  await recordList('users')
  return found
})

/** Names and pictures of the people in a list. `list` names it in the trail: a word, or the ID of whom it is about. */
export const peopleOf = forAdmins(async (list: string, ids: Iterable<string>) => {
  await countRead()
  const people = await readPeople(ids)
  if (Object.keys(people).length > 0) await recordList(list)
  return people
})

/** The most recent records of the audit trail. */
export const audit = forAdmins(sharedAudit)

/** A page of the records that match. Those of one user are a view of that user. */
export async function filteredAudit(filter: AuditFilter, page?: { cursor?: string; limit?: number }) {
  await requireAdmin()
  if (filter.user) await recordView(filter.user)
  return auditPage(filter, page)
}

/** Exports of the trail, each of which reads up to all of it. */
const EXPORTS = { name: 'dashboard-exports', calls: 10, seconds: 60 }

const AUDIT_COLUMNS = [
  'at',
  'action',
  'outcome',
  'actor',
  'impersonating',
  'subject',
  'target',
  'id',
] as const
const WEBHOOK_COLUMNS = ['at', 'type', 'outcome', 'reason', 'subject', 'invalidated', 'ms', 'id'] as const

const withIsoTime = <R extends { at: number }>(row: R) => ({ ...row, at: new Date(row.at).toISOString() })

/**
 * A list as a file, without pages: at most 10,000 records of the audit trail, or all webhooks that the log keeps. Each is
 * a record in the trail itself. @throws AuthError; ClerkError `clerk_rate_limited` over the limit; RedisError; the
 * signal's reason once it has aborted
 */
export async function exportList(
  list: 'audit' | 'webhooks',
  query: ListQuery,
  format: FileFormat,
  signal: AbortSignal,
): Promise<string> {
  await requireAdmin({ failClosed: true })
  const actor = await currentActor()
  if (list === 'audit') await refuseOverLimit(EXPORTS, actor.actor)
  await refuseOverLimit(LIMIT, actor.actor)
  emitAudit({
    ...actor,
    action: 'dashboard.export',
    subject: query.user ?? list,
    target: format,
    outcome: 'ok',
  })
  await flushAudit()
  const { write } = formats[format]
  const now = Date.now()
  if (list === 'webhooks') {
    const rows = matchingWebhooks(webhooksOf(await recentDeliveries()), query, now)
    return write(WEBHOOK_COLUMNS, rows.map(withIsoTime))
  }
  const records = await recordsToExport(auditFilterOf(query, now), signal)
  return write(AUDIT_COLUMNS, records.map(withIsoTime))
}

/** The user whom the page's address selects, and what the cache held of them before the page read them. */
export interface SelectedUser {
  user: CachedUser
  entries: Entries
}

/** The user with this ID, or null if there is none. Only IDs: a name or an address must not be part of a page's address. */
export async function selectedUser(id: string): Promise<SelectedUser | null> {
  await requireAdmin()
  if (!isUserId(id)) return null
  // Inspected first: reading the user stores them, and an entry that was just invalidated would look as if it were not.
  const entries = await panelResult(() => entriesOf(id))
  await countRead()
  const user = await getCachedUserById(id)
  await recordView(id, user ? 'ok' : 'not_found')
  return user && { user, entries }
}

/** The organization that the page's address selects, and what the cache held of it before the page read it. */
export interface SelectedOrganization {
  organization: CachedOrganization
  entries: OrganizationEntries
}

/** The organization with this ID, or null if there is none. */
export async function selectedOrganization(id: string): Promise<SelectedOrganization | null> {
  await requireAdmin()
  if (!isOrganizationId(id)) return null
  const entries = await panelResult(() => entriesOfOrganization(id))
  await countRead()
  const organization = await findOrganization(id)
  return organization && { organization, entries }
}

/** Members that a page of the dashboard shows. */
const MEMBERS_SHOWN = 50

/** The first members of an organization, and how many there are. */
export const membersOf = forAdmins(async (organizationId: string) => {
  await countRead()
  const [members, total] = await Promise.all([
    getCachedMembersOfOrganization(organizationId, { limit: MEMBERS_SHOWN }),
    countMembers(organizationId),
  ])
  await recordList(organizationId)
  const shown = members.map(({ id, role, user }) => ({
    ...{ id, role, user: { id: user.id, name: nameOf(user), imageUrl: pictureOf(user) } },
  }))
  return { shown, total }
})

/** The sessions of a user at Clerk, the newest first. */
export async function sessionsOfUser(userId: string) {
  await requireAdmin()
  await countRead()
  await recordView(userId)
  return sessionsOf(userId)
}

/** When Clerk last changed a user; null if Clerk does not say. */
export const changedAtClerk = forAdmins((userId: string) =>
  countRead()
    .then(() => readChanged(userId))
    .catch(() => null),
)

/** The deliveries that were about a user or an organization. */
export async function deliveriesOf(id: string) {
  await requireAdmin()
  const found = await sharedDeliveries()
  return 'data' in found ? { ...found, data: found.data.filter(({ subject }) => subject === id) } : found
}

/** The state of a user's integrations, and when Clerk last returned each token; null: Redis does not say. */
export async function integrationsOf(userId: string) {
  await requireAdmin()
  await countRead()
  await recordView(userId)
  const at = Date.now()
  const [integrations, refreshes] = await Promise.all([
    getConnectedIntegrations(userId),
    panelResult(() => refreshesOf(userId, at)),
  ])
  return { at, integrations, refreshes: 'data' in refreshes ? refreshes.data : null }
}

/** What open dashboards show: once, and as server-sent events for at most a minute. */
export const snapshot = forAdmins(async (range?: Range) => {
  await recordList('live')
  return readSnapshot(range)
})
export const snapshotFeed = forAdmins(async (signal: AbortSignal, range?: Range) => {
  await recordList('live')
  const caller = await requireCaller()
  const mayRead = async () => {
    // The stream has left its request, and must not wait behind visitors.
    const user = await withPriority('high', () => userOfSession(caller, { failClosed: true }))
    return user !== null && isAdmin(user)
  }
  return snapshotStream(signal, mayRead, range)
})
