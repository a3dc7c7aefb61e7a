import { ClerkError, changedNothing } from '../clerk/error'
import { clerkWrite } from '../clerk/request'
import { isUnconfirmed, KitError } from '../lookup/errors'
import { type CachedUser, isUser, namesIn, toCachedUser } from './cached-user'
import { invalidateUserCache } from './clerk-cache-utils'
import type { NamesOfUser } from './tags'
import { userById } from './user-lookup'

/**
 * Redis did not confirm the invalidation after a write. Pages may show the old value until Clerk's webhook repeats the
 * invalidation or the entry expires. `saved_but_stale`: Clerk has saved the change. `maybe_saved_but_stale`: its answer
 * was lost too. Saving again is safe.
 */
export class SavedButStaleError extends KitError<'saved_but_stale' | 'maybe_saved_but_stale'> {
  static override readonly kind: string = 'SavedButStaleError'
  /** The user as Clerk has it now, if its answer had it. */
  readonly user: CachedUser | null

  constructor(saved: boolean, user: CachedUser | null = null) {
    const what = saved ? 'Saved at Clerk' : 'The answer of Clerk was lost, so it may have saved'
    super(
      saved ? 'saved_but_stale' : 'maybe_saved_but_stale',
      `${what}, but Redis did not confirm the invalidation, so pages may show the old value for a while. Saving again is safe.`,
    )
    this.user = user
  }
}

/**
 * Runs writes to Clerk and then invalidates the user, also when they fail, because an answer can be lost. Write with `send`,
 * or with Clerk's SDK:
 *
 *     await writeUser(userId, () => clerk.users.banUser(userId))
 *
 * `write` must not end before its requests: use `Promise.allSettled`, not `Promise.all`.
 *
 * `namesOf` reads the user's names from what the writes return, if they are known (see `invalidateUserCache`). `onlySends`:
 * `write` does nothing but `send`, one after another. Then a refusal proves that nothing was saved, and leaves the cache alone.
 * @throws what `write` throws, a ClerkError with its `outcome`; SavedButStaleError if Redis did not confirm
 */
export async function writeUser<T>(
  userId: string,
  write: (send: typeof clerkWrite) => Promise<T>,
  namesOf: (answer: T) => NamesOfUser = () => ({}),
  { onlySends = false }: { onlySends?: boolean } = {},
): Promise<T> {
  let saved = !onlySends
  /** An answer that says something else than expected says no names. */
  function readNames(answer: T): NamesOfUser {
    try {
      return namesOf(answer)
    } catch {
      return {}
    }
  }
  const send: typeof clerkWrite = async (...request) => {
    const answer = await clerkWrite(...request).catch((error: unknown) => {
      saved ||= !changedNothing(error)
      throw error
    })
    saved = true
    return answer
  }
  // Some throw before they return a promise.
  const written = await (async () => write(send))().then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  )
  const failure = 'error' in written ? written.error : undefined
  const nothing = changedNothing(failure) && !saved
  if (failure instanceof ClerkError) failure.outcome = nothing ? 'not_saved' : 'unknown'
  if (!nothing) await invalidate(userId, 'answer' in written ? readNames(written.answer) : {}, written)
  if ('error' in written) throw written.error
  return written.answer
}

async function invalidate(userId: string, names: NamesOfUser, written: object): Promise<void> {
  try {
    await invalidateUserCache(userId, names)
  } catch (error) {
    if (!isUnconfirmed(error)) throw error
    const user = 'answer' in written && isUser(written.answer) ? toCachedUser(written.answer) : null
    throw new SavedButStaleError('answer' in written, user)
  }
}

type Metadata = Record<string, unknown>

/**
 * Changes a user at Clerk. Returns the user from Clerk's answer, or reads it again if that cannot be used. If that fails
 * too, only the ID is filled in: what was saved is not an error.
 */
async function patch(userId: string, operation: string, path: string, body: object): Promise<CachedUser> {
  const answer = await writeUser(
    userId,
    (send) => send(operation, 'PATCH', `/users/${encodeURIComponent(userId)}${path}`, body),
    namesIn,
    { onlySends: true },
  )
  if (isUser(answer) && answer.id === userId) return toCachedUser(answer)
  const again = await userById.fresh(userId).catch(() => null)
  return again ?? toCachedUser({ id: userId })
}

/**
 * Changes a user's names at Clerk. The caller must check that the signed-in user may do this.
 * @throws ClerkError, whose `outcome` says whether it may have been saved; SavedButStaleError
 */
export const updateUserProfile = (
  userId: string,
  { firstName, lastName, username }: { firstName?: string; lastName?: string; username?: string },
): Promise<CachedUser> =>
  patch(userId, 'updateUser', '', { first_name: firstName, last_name: lastName, username })

/**
 * Merges into a user's metadata at Clerk. The merge is deep, and null deletes a key. The caller must check that the
 * signed-in user may do this.
 * @throws ClerkError, whose `outcome` says whether it may have been saved; SavedButStaleError
 */
export const updateUserMetadata = (
  userId: string,
  { publicMetadata, unsafeMetadata }: { publicMetadata?: Metadata; unsafeMetadata?: Metadata },
): Promise<CachedUser> =>
  patch(userId, 'updateUserMetadata', '/metadata', {
    public_metadata: publicMetadata,
    unsafe_metadata: unsafeMetadata,
  })
