import { refuseWhileClosed } from '../clerk/request'
import { json } from '../lookup/json'
import { createAlias } from './alias'
import { type CachedUser, toCachedUser } from './cached-user'
import { defineLookup, defineMemo } from './lookups'
import { keyOfName, type NameKind, normalizeName, tagOfAllNames, tagOfName } from './tags'
import { listUsers, nameTtl, userById } from './user-lookup'

/** A username has at most 64 characters and an e-mail address 254, so a longer name is not sent to Clerk. */
const LONGEST_NAME = 256

interface UserName {
  /** The filter of the Backend API. */
  filter: string
  /** The value of the filter that means exactly this name. */
  exactly?(name: string): string
  /** Gives equal names the same form. */
  normalize(name: string): string
  namesOf(user: CachedUser): readonly (string | null)[]
  /** Default: the kind of name. */
  lookupName?: string
  /** The users that can be found (default: all). */
  accepts?(user: CachedUser): boolean
}

/**
 * A lookup by another name. It stores only a user ID: the user is read under its own key and must still have the name,
 * so that a name never returns its previous owner.
 */
function defineUserName(kind: NameKind, declaration: UserName) {
  const { filter, exactly = (name) => name, normalize, namesOf } = declaration
  const { lookupName = kind, accepts = () => true } = declaration
  const hasName = (user: CachedUser, name: string) =>
    accepts(user) && namesOf(user).some((known) => known !== null && normalize(known) === normalize(name))
  const key = keyOfName[kind]
  const idByName = defineLookup<string, string>(() => ({
    ...{ name: lookupName, version: 1, key, memo: false, ttl: nameTtl() },
    codec: json<string>((userId) => typeof userId === 'string'),
    tags: (name) => [tagOfName(kind, name), tagOfAllNames(kind)],
    owner: (_, userId) => userId ?? undefined,
    // Anybody can make names up, and each load leaves keys in Redis.
    mayLoad: refuseWhileClosed,
    async load(name, { signal }) {
      const users = await listUsers(filter, [exactly(normalize(name))], signal, toCachedUser)
      return users.find((user) => hasName(user, name))?.id
    },
  }))
  const lookup = createAlias({ id: lookupName, key, idByName, valueById: userById, verify: hasName })
  const once = defineMemo<CachedUser | null>(lookupName)
  return (name: string): Promise<CachedUser | null> =>
    name.length === 0 || name.length > LONGEST_NAME ? Promise.resolve(null) : once(name, () => lookup(name))
}

const USERNAME: UserName = {
  filter: 'username',
  normalize: normalizeName,
  namesOf: (user) => [user.username],
}

/** The user who has this username now, or null. Ignores case. A user who has given the username up is never returned. */
export const getCachedUserByUsername = defineUserName('username', USERNAME)

/**
 * A lookup by username that finds only the users for whom `accepts` returns true, for public pages. The name of any other
 * user takes as long as a name that nobody has and is cached as long, so that the time of an answer reveals no user.
 */
export const defineUserByUsername = (lookupName: string, accepts: (user: CachedUser) => boolean) =>
  defineUserName('username', { ...USERNAME, lookupName, accepts })

/** The user who has verified this e-mail address, or null. Ignores case. */
export const getCachedUserByEmail = defineUserName('email', {
  filter: 'email_address',
  normalize: normalizeName,
  namesOf: (user) => user.verifiedEmailAddresses,
})

/** The user with this external ID, which is the ID in your own system, or null. */
export const getCachedUserByExternalId = defineUserName('external-id', {
  filter: 'external_id',
  // Clerk takes a sign in front of an ID as "include" or "exclude", so one is always sent.
  exactly: (id) => `+${id}`,
  normalize: (id) => id,
  namesOf: (user) => [user.externalId],
})
