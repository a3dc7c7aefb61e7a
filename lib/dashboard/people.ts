import { getCachedUsersByIds, isUserId, userById } from '../cache/clerk-cache'
import type { People } from './snapshot-schema'

type Shown = {
  id: string
  fullName: string | null
  username: string | null
  imageUrl: string
  hasImage: boolean
}

/** Characters that set the direction of the text after them, also of text that is not part of the name. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g

export const nameOf = ({ id, fullName, username }: Pick<Shown, 'id' | 'fullName' | 'username'>): string =>
  fullName?.replace(DIRECTION, '') || username || id

/** The picture. None for a user without a name who has not uploaded one: Clerk's is a disc without letters then. */
export const pictureOf = (user: Shown): string =>
  nameOf(user) === user.id && !user.hasImage ? '' : user.imageUrl

const asPeople = (users: readonly Shown[]): People =>
  Object.fromEntries(users.map((user) => [user.id, { name: nameOf(user), imageUrl: pictureOf(user) }]))

const idsIn = (ids: Iterable<string>) => [...new Set(ids)].filter(isUserId)

/**
 * Names and pictures of the people with these IDs. Those who are not cached are loaded. Without an answer of Redis and Clerk
 * it is empty, because a list of IDs is better than none.
 */
export async function peopleOf(ids: Iterable<string>): Promise<People> {
  return asPeople(await getCachedUsersByIds(idsIn(ids)).catch(() => []))
}

/** The same, of those who are cached: an update of open pages must not load what was just invalidated. */
export async function cachedPeopleOf(ids: Iterable<string>): Promise<People> {
  const found = await Promise.all(idsIn(ids).map((id) => userById.peek(id).catch(() => null)))
  return asPeople(found.flatMap((user) => user ?? []))
}
