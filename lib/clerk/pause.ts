import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import { clerkBudget, LONGEST_PAUSE, paused, WINDOW } from './budget'

/** A request about one user. */
export interface UserRequest {
  userId: string
  /** The method and the path, which names the user. */
  operation: string
  write: boolean
}

/** So many users whose reads Clerk limits at once are the limit of the instance. */
const USERS = 3

const state = onePerProcess('clerk-user-pauses', () => ({
  /** Until when an operation of a user is not sent, in milliseconds of `performance.now()`. */
  until: new LRUCache<string, number>({ max: 10_000 }),
  /** When a read of each user was limited last. */
  reads: new LRUCache<string, number>({ max: USERS }),
}))

/** @throws ClerkError while this operation of this user is paused in this process */
export function refuseUserWhilePaused({ operation }: UserRequest): void {
  const wait = (state.until.get(operation) ?? 0) - performance.now()
  if (wait > 0) throw paused(wait)
}

/**
 * Clerk's limit on updates is one of each user, and it answers with the same 429 as for the limit of the instance. It is
 * the instance's if the request is about no single user, if the fleet has used nine tenths of its budget, or if reads of
 * several users are limited: Clerk has no limit on those.
 */
function isOfInstance(about: UserRequest | undefined): boolean {
  if (!about) return true
  const { limit, left } = clerkBudget().read()
  if (left < limit / 10) return true
  if (about.write) return false
  const now = performance.now()
  state.reads.set(about.userId, now)
  return [...state.reads.values()].filter((at) => now - at < WINDOW).length === USERS
}

/** After a 429 of Clerk: pauses the fleet, or only the operation of the user that the request was about. */
export async function pauseAfter(retryAfter: number, about: UserRequest | undefined): Promise<void> {
  if (!about || isOfInstance(about)) return clerkBudget().pause(retryAfter)
  state.until.set(about.operation, performance.now() + Math.min(retryAfter * 1000, LONGEST_PAUSE))
}
