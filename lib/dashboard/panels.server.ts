import 'server-only'
import { requireCaller } from '../auth/caller.server'
import { isAdmin, requireAdmin } from '../auth/roles.server'
import { userOfSession } from '../auth/session-user'
import { type CachedUser, isUserId } from '../cache/clerk-cache'
import { inspectUser, type UserEntry } from '../cache/inspect-user'
import { getConnectedIntegrations } from '../integrations/integrations.service'
import { sharedCacheHealth } from './cache-health'
import { snapshotStream } from './event-stream'
import { findUser } from './find-user'
import { auditOf, refreshesOf, sharedAudit, sharedDeliveries, sharedTokenHealth } from './logs'
import { type PanelResult, panelResult } from './panel-result'
import { readSnapshot } from './snapshot'

/** Checks that the caller is an admin, on each call. @throws AuthError; ClerkError; LookupError */
const forAdmins =
  <A extends unknown[], T>(read: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> => {
    await requireAdmin()
    return read(...args)
  }

export const cacheHealth = forAdmins(sharedCacheHealth)
export const deliveries = forAdmins(sharedDeliveries)
export const tokenHealth = forAdmins(sharedTokenHealth)

/** The most recent records of the audit trail, or those of one user. */
export const audit = forAdmins(async (user?: string) => (user ? auditOf(user) : sharedAudit()))

/** The user whom the page's address selects, and what the cache held of them before the page read them. */
export interface SelectedUser {
  user: CachedUser
  entry: PanelResult<UserEntry>
}

/** The user with this ID, email address or username, or null if there is none. */
export const selectedUser = forAdmins(async (word: string): Promise<SelectedUser | null> => {
  const inspect = (id: string) => panelResult(() => inspectUser(id))
  // Inspected first: reading the user stores them, and an entry that was just invalidated would look as if it were not.
  const before = isUserId(word) ? await inspect(word) : undefined
  const user = await findUser(word)
  return user && { user, entry: before ?? (await inspect(user.id)) }
})

/** The state of a user's integrations, and when Clerk last returned each token. */
export const integrationsOf = forAdmins(async (userId: string) => {
  const at = Date.now()
  const [integrations, refreshes] = await Promise.all([
    getConnectedIntegrations(userId),
    panelResult(() => refreshesOf(userId, at)),
  ])
  return { at, integrations, refreshes: 'data' in refreshes ? refreshes.data : new Map<string, number>() }
})

/** What open dashboards show: once, and as server-sent events for at most a minute. */
export const snapshot = forAdmins(readSnapshot)
export const snapshotFeed = forAdmins(async (signal: AbortSignal) => {
  const caller = await requireCaller()
  return snapshotStream(signal, async () => {
    const user = await userOfSession(caller, { failClosed: true })
    return user !== null && isAdmin(user)
  })
})
