import { parseUsers } from '../cache/cached-user'
import type { CachedUser } from '../cache/clerk-cache'
import {
  getCachedUserByEmail,
  getCachedUserById,
  getCachedUserByUsername,
  isUserId,
} from '../cache/clerk-cache'
import { ClerkError } from '../clerk/error'
import { clerkGet } from '../clerk/request'

/** People that a search returns at most. */
export const MOST_FOUND = 8
/** Milliseconds. */
const TIMEOUT = 10_000

const exactly = (word: string): Promise<CachedUser | null> =>
  word.includes('@') ? getCachedUserByEmail(word) : getCachedUserByUsername(word)

/**
 * The users with this ID, or with this text in the ID, the name, the username or an e-mail address; one who has exactly
 * this username or address comes first, then those with the text in the name. One request to Clerk, which is not cached: a
 * key must not hold what was typed.
 * While Clerk is not responding, a user who is cached is found by the whole ID, username or address.
 * @throws ClerkError
 */
export async function searchUsers(text: string): Promise<CachedUser[]> {
  const word = text.trim()
  if (isUserId(word)) {
    const user = await getCachedUserById(word)
    return user ? [user] : []
  }
  try {
    const query = new URLSearchParams({ query: word, limit: String(MOST_FOUND) })
    const users = parseUsers(await clerkGet('/users', query, TIMEOUT, 'search users'))
    const isExact = ({ username, emailAddresses }: CachedUser) =>
      [username, ...emailAddresses.map(({ emailAddress }) => emailAddress)].includes(word.toLowerCase())
    const isNamed = ({ fullName, username }: CachedUser) =>
      `${fullName ?? ''} ${username ?? ''}`.toLowerCase().includes(word.toLowerCase())
    const rankOf = (user: CachedUser) => Number(isExact(user)) * 2 + Number(isNamed(user))
    return users.toSorted((a, b) => rankOf(b) - rankOf(a))
  } catch (error) {
    if (!(error instanceof ClerkError)) throw error
    const user = await exactly(word).catch(() => null)
    if (!user) throw error
    return [user]
  }
}

/** Users on a page of the list. */
const PER_PAGE = 25

/** A page of all users, the newest first, and whether there are more. One request to Clerk. @throws ClerkError */
export async function listNewestUsers(page: number): Promise<{ users: CachedUser[]; more: boolean }> {
  const query = new URLSearchParams({
    ...{ limit: String(PER_PAGE + 1), offset: String((page - 1) * PER_PAGE), order_by: '-created_at' },
  })
  const users = parseUsers(await clerkGet('/users', query, TIMEOUT, 'list users'))
  return { users: users.slice(0, PER_PAGE), more: users.length > PER_PAGE }
}
