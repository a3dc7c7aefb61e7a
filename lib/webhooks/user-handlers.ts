import { type CachedUser, isBlocked, namesIn } from '../cache/cached-user'
import { userById } from '../cache/clerk-cache'
import { invalidateUserCache, warmUpUserCache } from '../cache/clerk-cache-utils'
import {
  BAN_SECONDS,
  blockUser,
  DELETED,
  restoreUser,
  revocationOfUser,
  revokeSession,
  revokeUser,
  UNCONFIRMED_SECONDS,
} from '../cache/revocations'
import type { NamesOfUser } from '../cache/tags'
import { unexpectedAnswer } from '../clerk/error'
import { type Json, record, time } from '../clerk/json'
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
  const [id, names, said] = [idIn(data, 'id'), namesIn(data), blockIn(record(data))]
  const since = time(record(data).updated_at) ?? 0
  if (said) await blockUser(id, Math.min(said.seconds, UNCONFIRMED_SECONDS), since)
  const blocked = await invalidateAndCheck(id, names, since)
  const seconds = blocked ? confirmedSeconds(blocked, said) : 0
  if (seconds > UNCONFIRMED_SECONDS) {
    await blockUser(id, seconds, Math.max(blocked?.updatedAt ?? 0, since))
    // Once more, because the block may have ended since Clerk was asked.
    await invalidateAndCheck(id, names, since)
  }
  return {
    invalidated: ['user', 'tokens', 'integrations', ...countNames(names), ...(said ? ['sessions'] : [])],
  }
}

interface Block {
  /** How long: a lock can end by itself. */
  seconds: number
}

/** What a user's payload says, if it says that they are banned, deprovisioned or locked. */
function blockIn({
  banned,
  deprovisioned,
  locked,
  lockout_expires_in_seconds: left,
}: Json): Block | undefined {
  if (banned === true || deprovisioned === true) return { seconds: BAN_SECONDS }
  if (locked !== true) return undefined
  return { seconds: typeof left === 'number' && left > 0 ? Math.ceil(left) : BAN_SECONDS }
}

/** How long a block lasts that Clerk has confirmed. Clerk does not say when a lock ends, so that is as the payload says. */
const confirmedSeconds = (user: CachedUser, said: Block | undefined): number =>
  user.banned || user.deprovisioned ? BAN_SECONDS : (said?.seconds ?? 0)

/**
 * Invalidates the user. If they are refused by a revocation marker, Clerk is asked whether they are still blocked, because
 * webhooks come late and in any order: returns the user who is, else ends this revocation. A block that begins meanwhile
 * has another one, which stays. `since`: when the payload says that the user was changed.
 * @throws ClerkError, also if Clerk's API does not know yet of that change or of the block; deliver the webhook again then
 */
async function invalidateAndCheck(
  userId: string,
  names: NamesOfUser,
  since: number,
): Promise<CachedUser | undefined> {
  // Before the invalidation, so that what is loaded below is newer than what the revocation was made for.
  const [found] = await Promise.allSettled([revocationOfUser(userId)])
  await invalidateUserCache(userId, names)
  if (found.status === 'rejected') throw found.reason
  if (found.value === null) return undefined
  const user = await userById.fresh(userId, { grace: false })
  // If Clerk does not say when, nothing is older but what it says of somebody who was deleted.
  const updatedAt = user?.updatedAt || DELETED - 1
  if (user && updatedAt < Math.max(since, found.value.since)) throw unexpectedAnswer()
  if (user && isBlocked(user)) return user
  await (user ? restoreUser(userId, found.value) : revokeUser(userId, found.value.since))
  return undefined
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
