import { invalidateTags, lookups } from './lookups'
import { MARKER_SECONDS, markerOfSession, markerOfUser } from './revocation-markers'
import { NO_NAMES, tagsOfUser } from './tags'

/** How long a ban that Clerk has confirmed is kept, if nothing ends it: Clerk's own flag is read with the user. Seconds. */
export const BAN_SECONDS = 365 * 24 * 60 * 60

/**
 * How long a ban is kept that only a webhook says, which may be an old one: until Clerk was asked. Longer than Clerk
 * delivers a webhook that fails, which is 28 hours. A deletion is kept as long: Clerk renews the token of a session in
 * which the deleted user impersonates somebody, and only this marker is read of a person who impersonates. Seconds.
 */
export const UNCONFIRMED_SECONDS = 48 * 60 * 60

/** When a user was deleted, as the time of a revocation: nothing is newer. */
export const DELETED = Number.MAX_SAFE_INTEGER

/** What `revokeUser` or `blockUser` has begun. `since`: when Clerk changed the user, in milliseconds since 1970; 0 if it is not known. */
export type Revocation = { id: string; since: number }

/**
 * Ends the access of a deleted user at once, also in sessions in which they impersonate others, and removes everything
 * that is cached of this user. `since`: see `Revocation`.
 * @throws LookupError `invalidation_unconfirmed` if Redis did not confirm it. Repeating is safe.
 */
export async function revokeUser(userId: string, since = DELETED): Promise<void> {
  await lookups().revoke(markerOfUser(userId), {
    ...{ since, seconds: UNCONFIRMED_SECONDS },
    tags: tagsOfUser(userId, NO_NAMES),
  })
  await lookups().remove(userId)
}

/**
 * Removes everything that is cached of a user, who keeps their access: the next read loads them again if they exist.
 * Returns the names of the lookups, one for each entry that was removed. @throws LookupError as `revokeUser`
 */
export async function removeUser(userId: string): Promise<string[]> {
  await invalidateTags(tagsOfUser(userId, NO_NAMES))
  return lookups().remove(userId)
}

/**
 * Ends the access of a banned or locked user at once, background jobs included. `seconds`: until a lock ends by itself.
 * `since`: see `Revocation`. The user is invalidated too, so that Clerk's flag refuses them even if Redis did not confirm the marker.
 * @throws LookupError as `revokeUser`
 */
export const blockUser = (userId: string, seconds = BAN_SECONDS, since = 0): Promise<void> =>
  lookups().revoke(markerOfUser(userId), {
    ...{ since, seconds: Math.min(seconds, BAN_SECONDS) },
    tags: tagsOfUser(userId, NO_NAMES),
  })

/** What `revokeUser` or `blockUser` has begun; null if there is nothing. @throws LookupError when Redis is not responding */
export async function revocationOfUser(userId: string): Promise<Revocation | null> {
  const id = await lookups().revocation(markerOfUser(userId))
  // One that was set by an older version says no time.
  return id === null ? null : { id, since: Number(/^(\d+):/.exec(id)?.[1] ?? 0) }
}

/** Ends this revocation and no later one. @throws LookupError as `revokeUser` */
export const restoreUser = (userId: string, { id }: Revocation): Promise<void> =>
  lookups().restore(markerOfUser(userId), id)

/** Ends the access of one session at once. @throws LookupError as `revokeUser` */
export const revokeSession = (sessionId: string): Promise<void> =>
  lookups().revoke(markerOfSession(sessionId), { seconds: MARKER_SECONDS })
