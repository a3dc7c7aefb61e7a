import 'server-only'
import { requireAdmin } from '../auth/roles.server'
import { inspectUser } from '../cache/inspect-user'
import { getConnectedIntegrations } from '../integrations/integrations.service'
import { sharedCacheHealth } from './cache-health'
import { snapshotStream } from './event-stream'
import { findUser } from './find-user'
import { auditOf, refreshesOf, sharedAudit, sharedDeliveries, sharedTokenRecords } from './logs'
import { section } from './panel-result'
import { readSnapshot } from './snapshot'

/** What follows is for admins, who are asked for at every one. @throws AuthError; ClerkError; LookupError */
const forAdmins =
  <A extends unknown[], T>(read: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> => {
    await requireAdmin()
    return read(...args)
  }

export const cacheHealth = forAdmins(sharedCacheHealth)
export const deliveries = forAdmins(sharedDeliveries)
export const tokenRecords = forAdmins(sharedTokenRecords)

/** The last records of the trail, or of one user. */
export const audit = forAdmins(async (user?: string) => (user ? auditOf(user) : sharedAudit()))

/** The user whom the dashboard is asked about. */
export const chosenUser = forAdmins(findUser)

/** How a user's providers stand, and when Clerk last gave a token. */
export const integrationsOf = forAdmins(async (userId: string) => {
  const at = Date.now()
  const [integrations, refreshes] = await Promise.all([
    getConnectedIntegrations(userId),
    section(() => refreshesOf(userId, at)),
  ])
  return { at, integrations, refreshes: 'data' in refreshes ? refreshes.data : new Map<string, number>() }
})

/** What the cache holds of a user. */
export const entryOf = forAdmins((userId: string) => section(() => inspectUser(userId)))

/** What open dashboards show: once, and as server-sent events for a minute at most. */
export const snapshot = forAdmins(readSnapshot)
export const snapshotFeed = forAdmins(async (signal: AbortSignal) => snapshotStream(signal))
