import {
  type CachedUser,
  getCachedUserByEmail,
  getCachedUserById,
  getCachedUserByUsername,
  isUserId,
} from '../cache/clerk-cache'

/** The user whom an id, an e-mail address or a username names, or null. @throws ClerkError on a miss */
export function findUser(word: string): Promise<CachedUser | null> {
  const name = word.trim()
  if (isUserId(name)) return getCachedUserById(name)
  return name.includes('@') ? getCachedUserByEmail(name) : getCachedUserByUsername(name)
}
