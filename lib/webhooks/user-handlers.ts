import { isBlocked } from '../cache/cached-user'
import { userById } from '../cache/clerk-cache'
import { invalidateUserCache, warmUpUserCache } from '../cache/clerk-cache-utils'
import { namesIn } from '../cache/names-in-json'
import { blockUser, restoreUser, revocationOfUser, revokeSession, revokeUser } from '../cache/revocations'
import type { NamesOfUser } from '../cache/tags'
import { type Json, record } from '../clerk/json'
import type { WebhookHandler, WebhookHandlers } from './handlers'
import { idIn } from './payload'

const count = (names: readonly string[] | undefined, one: string, many: string): string[] => {
  if (names === undefined) return [`all ${many}`]
  return names.length > 0 ? [`${names.length} ${names.length === 1 ? one : many}`] : []
}

/** The names that were invalidated, as counts: a name or an address must not be in the log. */
const countNames = ({ usernames, emails, externalIds }: NamesOfUser): string[] => [
  ...count(usernames, 'username', 'usernames'),
  ...count(emails, 'e-mail address', 'e-mail addresses'),
  ...count(externalIds, 'external ID', 'external IDs'),
]

/**
 * The payload is not stored: its shape differs from the Backend API's, and it may be older than what is cached. There is
 * no webhook for connected accounts; connecting or disconnecting one sends `user.updated`.
 */
const invalidateUser: WebhookHandler = async (data) => {
  const [id, names, block] = [idIn(data, 'id'), namesIn(data), blockIn(record(data))]
  if (block) await blockUser(id, block.seconds)
  // Before the invalidation, so that what is loaded below is newer than what the revocation was made for.
  const [found] = await Promise.allSettled([revocationOfUser(id)])
  await invalidateUserCache(id, names)
  if (found.status === 'rejected') throw found.reason
  const revocation = found.value
  if (revocation) await restoreUnlessBlocked(id, revocation)
  return {
    invalidated: ['user', 'tokens', 'integrations', ...countNames(names), ...(block ? ['sessions'] : [])],
  }
}

/** Whether a user's payload says that they are banned, deprovisioned or locked. `seconds`: how long, where it ends by itself. */
function blockIn({ banned, deprovisioned, locked, lockout_expires_in_seconds: left }: Json) {
  if (banned === true || deprovisioned === true) return { seconds: undefined }
  if (locked !== true) return undefined
  return { seconds: typeof left === 'number' && left > 0 ? Math.ceil(left) : undefined }
}

/**
 * Webhooks come late and in any order, so that Clerk is asked whether the user is still blocked. Only this revocation is
 * ended: a ban that begins meanwhile has another one. @throws ClerkError; deliver the webhook again then
 */
async function restoreUnlessBlocked(userId: string, revocation: string): Promise<void> {
  const user = await userById.fresh(userId, { grace: false })
  if (!user) await revokeUser(userId)
  else if (!isBlocked(user)) await restoreUser(userId, revocation)
}

/** The marker ends the user's access at once. A `user.updated` that arrives later finds no user at Clerk. */
const removeUser: WebhookHandler = async (data) => {
  await revokeUser(idIn(data, 'id'))
  return { invalidated: ['user', 'tokens', 'integrations', 'sessions'] }
}

/** A user who has just signed in is about to be read. */
const warmUser: WebhookHandler = async (data) => {
  const userId = idIn(data, 'user_id')
  return { later: () => warmUpUserCache(userId) }
}

/** Clerk issues no new token for an ended session. The marker refuses the token that is still valid. */
const endSession: WebhookHandler = async (data) => {
  await revokeSession(idIn(data, 'id'))
  return { invalidated: ['session'] }
}

export const userHandlers: WebhookHandlers = {
  'user.created': invalidateUser,
  'user.updated': invalidateUser,
  'user.deleted': removeUser,
  'session.created': warmUser,
  'session.ended': endSession,
  'session.removed': endSession,
  'session.revoked': endSession,
}
