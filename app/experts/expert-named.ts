import 'server-only'
import { auth } from '@clerk/nextjs/server'
import { cache } from 'react'
import { createGuesses } from '@/lib/auth/guesses'
import { type CachedUser, defineUserByUsername } from '@/lib/cache/clerk-cache'
import { decodeSegment } from '../decode-segment'
import { isExpert } from './expert'

/** Not the lookup by any username: that takes longer for a name that somebody has, and so would reveal who is a user. */
const expertByUsername = defineUserByUsername('expert', isExpert)

const guess = createGuesses()

/**
 * The expert with the name in this segment of an address, as Next gives it: percent-encoded. Null for everybody else, and
 * for a segment that cannot be decoded. A page and its title read it once, and count as one guess. @throws ClerkError
 */
export const expertNamed = cache(async (segment: string): Promise<CachedUser | null> => {
  const { userId } = await auth()
  const read = () => expertByUsername(decodeSegment(segment))
  return userId === null ? read() : guess(userId, read)
})
