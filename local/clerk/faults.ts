import { setTimeout as sleep } from 'node:timers/promises'
import { ClerkError, tooManyRequests } from './errors'

/** A fault to inject. Without `route` it affects every Backend API request, without `times` it stays until cleared. */
export interface Fault {
  /** `METHOD /path-template`, as in the request counts, or just the template. */
  route?: string
  times?: number
  /** Delays the answer. Its content is the state at the time of the request. */
  latencyMs?: number
  status?: number
  code?: string
  /** Seconds, sent as Retry-After with a status of 429. */
  retryAfter?: number
  /** `hang` never answers, `refuse` closes the connection. */
  connection?: 'hang' | 'refuse'
}

/** Requests per window. Clerk's production instances allow 1000 requests and 10 updates of one user in 10 s. */
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

  function countRequest(key: string, most: number, windowMs: number) {
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

    /** Throws Clerk's error, or returns the faults that affect the answer. */
    async apply(method: string, template: string, userId: string | undefined): Promise<Outcome> {
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
        countRequest('all', requests, windowMs)
        if (userId && (method === 'PATCH' || method === 'PUT')) countRequest(userId, updatesPerUser, windowMs)
      }
      return outcome
    },
  }
}
