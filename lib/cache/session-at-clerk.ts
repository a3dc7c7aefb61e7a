import { isNotFound } from '../clerk/error'
import { record } from '../clerk/json'
import { clerkGet } from '../clerk/request'
import { defineLookup } from './lookups'
import { tagOfUser } from './tags'

interface SessionOfUser {
  userId: string
  sessionId: string
}

/** A lookup for its shared loads alone: with a TTL of 0 nothing is stored. */
const sessionAtClerk = defineLookup<SessionOfUser, boolean>(() => ({
  ...{ name: 'session', version: 1, memo: false, ttl: () => 0 },
  key: ({ sessionId }) => sessionId,
  tags: ({ userId }) => [tagOfUser(userId)],
  owner: ({ userId }) => userId,
  async load({ userId, sessionId }, { signal }) {
    const path = `/sessions/${encodeURIComponent(sessionId)}`
    try {
      const session = record(
        await clerkGet(path, new URLSearchParams(), signal, 'GET /sessions/{session_id}'),
      )
      return session.status === 'active' && session.user_id === userId
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  },
}))

/** Whether Clerk says now that a session is active. One request, shared with all who ask meanwhile. @throws ClerkError */
export const isActiveAtClerk = async (session: SessionOfUser): Promise<boolean> =>
  (await sessionAtClerk.fresh(session)) ?? false
