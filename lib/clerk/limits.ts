import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import { scopedPriority } from '../lookup/priority'
import { clerkBudget, LONGEST_PAUSE, paused, WINDOW } from './budget'
import { setRequestLimits } from './request'

/*
 * Keeps the requests of all processes within Clerk's rate limit. The lookups import this file: without it, a request is
 * refused by Clerk only.
 */

/** The request for the public keys, which Clerk does not count. */
const FREE = '/jwks'

/** A request about one user. */
interface UserRequest {
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

/** The user that a request is about, if it is one. */
function userIn(method: string, path: string): UserRequest | undefined {
  const userId = /^\/users\/([^/]+)/.exec(path)?.[1]
  return userId === undefined
    ? undefined
    : { userId, operation: `${method} ${path}`, write: method !== 'GET' }
}

/**
 * Clerk's limit on updates is one of each user, and it answers with the same 429 as for the limit of the instance. It is
 * the instance's if the fleet has used nine tenths of its budget, or if reads of
 * several users are limited: Clerk has no limit on those.
 */
function isOfInstance(about: UserRequest): boolean {
  const { limit, left } = clerkBudget().read()
  if (left < limit / 10) return true
  if (about.write) return false
  const now = performance.now()
  state.reads.set(about.userId, now)
  return [...state.reads.values()].filter((at) => now - at < WINDOW).length === USERS
}

setRequestLimits({
  async admit(method, path) {
    const about = userIn(method, path)
    // An operation of a user that is paused in this process.
    const wait = about ? (state.until.get(about.operation) ?? 0) - performance.now() : 0
    if (wait > 0) throw paused(wait)
    if (path !== FREE) await clerkBudget().admit(scopedPriority() ?? 'high')
  },
  /** Pauses the fleet, or only the operation of the user that the request was about. */
  async pause(retryAfter, method, path) {
    const about = userIn(method, path)
    if (!about || isOfInstance(about)) return clerkBudget().pause(retryAfter)
    state.until.set(about.operation, performance.now() + Math.min(retryAfter * 1000, LONGEST_PAUSE))
  },
  refuseWhileClosed: (priority) => clerkBudget().refuseWhileClosed(priority),
})
