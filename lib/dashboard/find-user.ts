import {
  type CachedUser,
  getCachedUserByEmail,
  getCachedUserById,
  getCachedUserByUsername,
  isUserId,
} from '../cache/clerk-cache'

/** The user with this ID, email address or username, or null. @throws ClerkError if the user is not cached */
export function findUser(word: string): Promise<CachedUser | null> {
  const name = word.trim()
  if (isUserId(name)) return getCachedUserById(name)
  return name.includes('@') ? getCachedUserByEmail(name) : getCachedUserByUsername(name)
}
