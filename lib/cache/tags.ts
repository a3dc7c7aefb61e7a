import { createHash } from 'node:crypto'

/** What a user can be looked up by, besides the ID. */
export type NameKind = 'username' | 'email' | 'external-id'

/** The names of one user. A kind that is left out is not known; an empty list means that the user has none. */
export interface NamesOfUser {
  usernames?: readonly string[] | undefined
  emails?: readonly string[] | undefined
  externalIds?: readonly string[] | undefined
}

/** For a user who does not exist at Clerk. */
export const NO_NAMES: NamesOfUser = { usernames: [], emails: [], externalIds: [] }

/** What of Unicode is written as something else than ASCII, and is ASCII once it is normalized. */
const LIKE_ASCII = /[\u037e\u1fef\u212a]/

/**
 * Clerk compares usernames and e-mail addresses without regard to case. Here they are the same, too, however their accents
 * are written (NFC), but not because they look alike: such an address can be somebody else's.
 */
export const normalizeName = (name: string) =>
  LIKE_ASCII.test(name) ? name : name.normalize('NFC').toLowerCase()

// UTF-16, because in UTF-8 every lone surrogate would be the same replacement character.
export const hash = (name: string) => createHash('sha256').update(name, 'utf16le').digest('base64url')
const hashNormalized = (name: string) => hash(normalizeName(name))

/** A name as it appears in Redis keys, tags and events: hashed, because those end up in logs. */
export const keyOfName: Record<NameKind, (name: string) => string> = {
  username: hashNormalized,
  email: hashNormalized,
  'external-id': hash,
}

export const tagOfUser = (userId: string) => `user:${userId}`

/** Tag of everything that is computed from all users, such as the list of IDs by role. */
export const TAG_OF_ALL_USERS = 'users'

export const tagOfName = (kind: NameKind, name: string) => `${kind}:${keyOfName[kind](name)}`

/** Tag of every lookup by this kind of name. Invalidate it when you do not know which names a user has gained. */
export const tagOfAllNames = (kind: NameKind) => `${kind}s`

export const tagOfTokens = (userId: string) => `tokens:${userId}`
export const tagOfIntegrations = (userId: string) => `integrations:${userId}`
export const TAG_OF_ALL_INTEGRATIONS = 'integrations'

const tagsOfNames = (kind: NameKind, names: readonly string[] | undefined) =>
  names?.map((name) => tagOfName(kind, name)) ?? [tagOfAllNames(kind)]

/**
 * Every tag that a user is cached under: the user, the lists of users, the names, the tokens and the integrations.
 * Pass the names that the user has now. Where a kind is not known, every lookup by that kind of name is included,
 * because any of them could lead to this user now. Names that the user has given up need no tag: what a name leads to
 * is checked on every read.
 */
export const tagsOfUser = (userId: string, names: NamesOfUser = {}): string[] => [
  tagOfUser(userId),
  TAG_OF_ALL_USERS,
  ...tagsOfNames('username', names.usernames),
  ...tagsOfNames('email', names.emails),
  ...tagsOfNames('external-id', names.externalIds),
  tagOfTokens(userId),
  tagOfIntegrations(userId),
]
