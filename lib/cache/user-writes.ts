import { clerk } from '../clerk/sdk'
import { isUnconfirmed, KitError } from '../lookup/errors'
import { type CachedUser, toCachedUser } from './cached-user'
import { tagsOfUser, userById } from './clerk-cache'
import { invalidateTags } from './lookups'

/**
 * Clerk has saved the change, and Redis did not confirm that the old value is gone. Pages may show it until Clerk's
 * webhook repeats the invalidation, or the entry expires. Nothing is lost; saving again is safe.
 */
export class SavedButStaleError extends KitError<'saved_but_stale'> {
  /** The user as Clerk has it now. */
  readonly user: CachedUser

  constructor(user: CachedUser) {
    super(
      'saved_but_stale',
      'Saved at Clerk, but Redis did not confirm that the old value is gone. Saving again is safe.',
    )
    this.user = user
  }
}

type Metadata = Record<string, unknown>

/** The names that a user is known to have. */
const namesOf = (user: CachedUser | null | undefined) => ({
  usernames: user?.username ? [user.username] : [],
  emails: user?.verifiedEmailAddresses ?? [],
  externalIds: user?.externalId ? [user.externalId] : [],
})

/** Writes to Clerk, then forgets the user under every name they had or have: the writer reads their own write. */
async function write(userId: string, operation: string, call: Parameters<typeof clerk<{ raw: unknown }>>[1]) {
  const before = await userById.peek(userId)
  const after = toCachedUser((await clerk(operation, call)).raw)
  try {
    await invalidateTags([
      ...new Set([...tagsOfUser(userId, namesOf(before)), ...tagsOfUser(userId, namesOf(after))]),
    ])
  } catch (error) {
    throw isUnconfirmed(error) ? new SavedButStaleError(after) : error
  }
  return after
}

/**
 * Changes a user's names at Clerk. The caller authorises.
 * @throws ClerkError when Clerk refuses; SavedButStaleError when it has saved and Redis did not confirm.
 */
export const updateUserProfile = (
  userId: string,
  changes: { firstName?: string; lastName?: string; username?: string },
): Promise<CachedUser> => write(userId, 'updateUser', ({ users }) => users.updateUser(userId, changes))

/**
 * Merges into a user's metadata at Clerk: deep, and null deletes. The caller authorises.
 * @throws ClerkError when Clerk refuses; SavedButStaleError when it has saved and Redis did not confirm.
 */
export const updateUserMetadata = (
  userId: string,
  changes: { publicMetadata?: Metadata; unsafeMetadata?: Metadata },
): Promise<CachedUser> =>
  write(userId, 'updateUserMetadata', ({ users }) => users.updateUserMetadata(userId, changes))
