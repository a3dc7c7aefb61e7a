import { setTimeout as sleep } from 'node:timers/promises'
import { ClerkError, tooManyRequests } from './errors'

/** What should go wrong. Without `route`, with every Backend API request; without `times`, until cleared. */
export interface Fault {
  /** `METHOD /path-template`, as in the request counts, or just the template. */
  route?: string
  times?: number
  /** The answer is what was true when the request came, and is this late. */
  latencyMs?: number
  status?: number
  code?: string
  /** Seconds; with a status of 429 Clerk sends them as Retry-After. */
  retryAfter?: number
  /** `hang` never answers, `refuse` closes the connection. */
  connection?: 'hang' | 'refuse'
}

/** Requests per window; Clerk's production instances allow 1000 per 10 s, and 10 updates of one user. */
export interface RateLimit {
  requests: number
  updatesPerUser?: number
  windowMs?: number
}

type Outcome = Pick<Fault, 'connection' | 'latencyMs'>

export function createFaults(now: () => number, rateLimit: RateLimit | undefined) {
  const faults = new Set<Fault>()
  const windows = new Map<string, { startedAt: number; count: number }>()
  let limit = rateLimit

  function spend(key: string, most: number, windowMs: number) {
    const window = windows.get(key)
    if (!window || window.startedAt + windowMs <= now()) {
      windows.set(key, { startedAt: now(), count: 1 })
      return
    }
    if (window.count >= most)
      throw tooManyRequests(Math.max(1, Math.ceil((window.startedAt + windowMs - now()) / 1000)))
    window.count += 1
  }

  return {
    add: (fault: Fault) => void faults.add({ ...fault }),
    clear: () => faults.clear(),
    limit(next: RateLimit | undefined) {
      limit = next
      windows.clear()
    },

    /** Throws Clerk's error, or says how the answer is to fare. */
    async meet(method: string, template: string, userId: string | undefined): Promise<Outcome> {
      const outcome: Outcome = {}
      for (const fault of faults) {
        if (fault.route && fault.route !== template && fault.route !== `${method} ${template}`) continue
        if (fault.times !== undefined) {
          fault.times -= 1
          if (fault.times <= 0) faults.delete(fault)
        }
        if (fault.connection) outcome.connection = fault.connection
        if (fault.latencyMs) outcome.latencyMs = (outcome.latencyMs ?? 0) + fault.latencyMs
        if (fault.status === undefined) continue
        if (fault.latencyMs) await sleep(fault.latencyMs)
        if (fault.status === 429) throw tooManyRequests(fault.retryAfter ?? 1)
        throw new ClerkError(
          fault.status,
          fault.code ?? 'internal_clerk_error',
          'Oops, an unexpected error occurred',
        )
      }
      if (limit) {
        const { requests, updatesPerUser = 10, windowMs = 10_000 } = limit
        spend('all', requests, windowMs)
        if (userId && (method === 'PATCH' || method === 'PUT')) spend(userId, updatesPerUser, windowMs)
      }
      return outcome
    },
  }
}
