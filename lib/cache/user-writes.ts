import { clerk } from '../clerk/sdk'
import { isUnconfirmed, KitError } from '../lookup/errors'
import { type CachedUser, namesOf, toCachedUser } from './cached-user'
import { invalidateUserCache } from './clerk-cache-utils'

/**
 * Clerk has saved the change, but Redis did not confirm the invalidation. Pages may show the old value until Clerk's
 * webhook repeats the invalidation or the entry expires. Saving again is safe.
 */
export class SavedButStaleError extends KitError<'saved_but_stale'> {
  static override readonly kind: string = 'SavedButStaleError'
  /** The user as Clerk has it now. */
  readonly user: CachedUser

  constructor(user: CachedUser) {
    super(
      'saved_but_stale',
      'Saved at Clerk, but Redis did not confirm the invalidation, so pages may show the old value for a while. Saving again is safe.',
    )
    this.user = user
  }
}

type Metadata = Record<string, unknown>

/** Writes to Clerk and then invalidates the user, so that the next read returns what was written. */
async function write(userId: string, operation: string, call: Parameters<typeof clerk<{ raw: unknown }>>[1]) {
  const user = toCachedUser((await clerk(operation, call)).raw)
  try {
    await invalidateUserCache(userId, namesOf(user))
  } catch (error) {
    throw isUnconfirmed(error) ? new SavedButStaleError(user) : error
  }
  return user
}

/**
 * Changes a user's names at Clerk. The caller must check that the signed-in user may do this.
 * @throws ClerkError if Clerk refuses the change; SavedButStaleError if Redis did not confirm the invalidation.
 */
export const updateUserProfile = (
  userId: string,
  changes: { firstName?: string; lastName?: string; username?: string },
): Promise<CachedUser> => write(userId, 'updateUser', ({ users }) => users.updateUser(userId, changes))

/**
 * Merges into a user's metadata at Clerk. The merge is deep, and null deletes a key. The caller must check that the
 * signed-in user may do this.
 * @throws ClerkError if Clerk refuses the change; SavedButStaleError if Redis did not confirm the invalidation.
 */
export const updateUserMetadata = (
  userId: string,
  changes: { publicMetadata?: Metadata; unsafeMetadata?: Metadata },
): Promise<CachedUser> =>
  write(userId, 'updateUserMetadata', ({ users }) => users.updateUserMetadata(userId, changes))
