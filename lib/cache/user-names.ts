import { createAlias } from './alias'
import type { CachedUser } from './cached-user'
import { defineLookup, defineMemo } from './lookups'
import { keyOfName, type NameKind, normalizeName, tagOfAllNames, tagOfName } from './tags'
import { listUsers, nameTtl, userById } from './user-lookup'

/** A username has at most 64 characters and an e-mail address 254, so a longer name is not sent to Clerk. */
const LONGEST_NAME = 256

/**
 * A lookup by another name. It stores only a user ID: the user is read under its own key and must still have the name,
 * so that a name never returns its previous owner.
 */
const defineUserName = (
  name: NameKind,
  {
    filter,
    same,
    namesOf,
  }: {
    filter: string
    /** The form in which equal names are the same text. */
    same(name: string): string
    namesOf(user: CachedUser): readonly (string | null)[]
  },
) => {
  const hasName = (user: CachedUser, alias: string) =>
    namesOf(user).some((known) => known !== null && same(known) === same(alias))
  const key = keyOfName[name]
  const tags = (alias: string) => [tagOfName(name, alias), tagOfAllNames(name)]
  const names = defineLookup<string, string>(() => ({
    ...{ name, version: 1, key, tags, memo: false, ttl: nameTtl() },
    async load(alias, { signal }) {
      const users = await listUsers(filter, [same(alias)], signal)
      return users.find((user) => hasName(user, alias))?.id
    },
  }))
  const lookup = createAlias({ id: name, key, names, to: userById, verify: hasName })
  const once = defineMemo<CachedUser | null>(name)
  return (alias: string): Promise<CachedUser | null> =>
    alias.length === 0 || alias.length > LONGEST_NAME
      ? Promise.resolve(null)
      : once(
          alias,
          () => tags(alias),
          () => lookup(alias),
        )
}

/** The user who has this username now, or null. Ignores case. A user who has given the username up is never returned. */
export const getCachedUserByUsername = defineUserName('username', {
  filter: 'username',
  same: normalizeName,
  namesOf: (user) => [user.username],
})

/** The user who has verified this e-mail address, or null. Ignores case. */
export const getCachedUserByEmail = defineUserName('email', {
  filter: 'email_address',
  same: normalizeName,
  namesOf: (user) => user.verifiedEmailAddresses,
})

/** The user with this external ID, which is the ID in your own system, or null. */
export const getCachedUserByExternalId = defineUserName('external-id', {
  filter: 'external_id',
  same: (id) => id,
  namesOf: (user) => [user.externalId],
})
