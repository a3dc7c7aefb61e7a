import { inspect } from 'node:util'
import { isRecord, type Json, record, word } from '../clerk/json'
import { encryptionKeys } from './key-ring'
import { defineLookup } from './lookups'
import { sealed } from './seal'
import { signed } from './signed'
import { tagOfUser } from './tags'
import { loadUsers, nameTtl, PER_REQUEST } from './user-lookup'

/**
 * The private metadata of a user, which is shown nowhere by accident. It has no `toJSON`, so React refuses it as a prop
 * of a client component, as any instance of a class.
 */
export class PrivateMetadata {
  readonly #value: Json
  /** What JSON shows in place of the metadata. */
  readonly redacted = true

  constructor(value: Json) {
    this.#value = value
  }

  /** The metadata itself, frozen. Must not leave the server. */
  reveal(): Json {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return 'PrivateMetadata [redacted]'
  }
}

interface Stored {
  id: string
  metadata: Json
}

const isStored = (value: unknown): value is Stored => isRecord(value) && isRecord(value.metadata)

const metadataOfUser = defineLookup<string, Stored>(() => ({
  ...{ name: 'private-metadata', version: 1, key: (id) => id, tags: (id) => [tagOfUser(id)] },
  // No grace, because apps decide rights by it.
  ...{ owner: (id) => id, ttl: nameTtl(), batch: { max: PER_REQUEST } },
  // The MAC in it has the time: an old entry that somebody has put back does not return a right. Ten minutes more than
  // the TTL, because the clocks of two processes differ.
  codec: sealed('private-metadata', signed(isStored, nameTtl() + 600)),
  loadMany: (ids, { signal }) =>
    loadUsers(ids, signal, (json) => ({
      id: word(json.id) ?? '',
      metadata: record(json.private_metadata),
    })),
}))

/**
 * The user's private metadata, or null if there is no such user. Encrypted in Redis, invalidated with the user, and
 * loaded in one request for calls made side by side. Never a value in grace, so it can decide a right. For the server
 * only: `reveal()` returns the metadata.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS; ClerkError if it is not cached and Clerk fails
 */
export async function getCachedPrivateMetadata(userId: string): Promise<PrivateMetadata | null> {
  // What could not be sealed is not loaded.
  encryptionKeys()
  // Not what this request has read before: a stream may go on for long.
  const stored = await metadataOfUser.fresh(userId)
  return stored && new PrivateMetadata(stored.metadata)
}
