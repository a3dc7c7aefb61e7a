import { invalidateUserCache, warmUpUserCache } from '../cache/clerk-cache-utils'
import { namesIn } from '../cache/names-in-json'
import { revokeSession, revokeUser } from '../cache/revocations'
import type { NamesOfUser } from '../cache/tags'
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
  const names = namesIn(data)
  await invalidateUserCache(idIn(data, 'id'), names)
  return { invalidated: ['user', 'tokens', 'integrations', ...countNames(names)] }
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
