import { clerkSettings } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import type { ClerkRequestEvent } from './events'
import { clerkPause } from './pause'

/** Clerk's window, in milliseconds, and what it allows an instance in it. */
const WINDOW = 10_000
const LIMITS = { live: 1000, test: 100 }

/** Requests that Clerk does not count. */
const FREE = 'GET /jwks'

/** What is left of Clerk's limit by the requests of this process: other processes spend from the same. */
export function createClerkBudget(now: () => number = () => performance.now()) {
  const sent: number[] = []

  function dropOld() {
    const since = now() - WINDOW
    const first = sent.findIndex((at) => at > since)
    sent.splice(0, first < 0 ? sent.length : first)
  }

  return {
    listen({ operation }: ClerkRequestEvent) {
      if (operation === FREE) return
      dropOld()
      sent.push(now())
    },
    read() {
      dropOld()
      const limit = clerkSettings().CLERK_SECRET_KEY.startsWith('sk_live_') ? LIMITS.live : LIMITS.test
      const pausedMs = Math.max(0, clerkPause().until - now())
      return {
        limit,
        left: pausedMs > 0 ? 0 : Math.max(0, limit - sent.length),
        pausedMs: Math.round(pausedMs),
      }
    },
  }
}

/** Of this process. */
export const clerkBudget = () => onePerProcess('clerk-budget', () => createClerkBudget())
