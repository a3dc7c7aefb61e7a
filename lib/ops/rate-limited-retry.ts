import { ClerkError } from '../clerk/error'
import { onClerkRequest } from '../clerk/events'
import { problemOf } from '../errors'
import type { Clock } from '../lookup/clock'

/** The window of Clerk's rate limits, in milliseconds. */
const WINDOW = 10_000
/** Tries while Clerk or Redis is not responding, with pauses of 2, 4 and 8 s between them. */
const TRIES = 4
/** Errors that may be over in a moment. */
const TRANSIENT: readonly string[] = ['clerk_unavailable', 'redis_unavailable', 'load_timeout', 'load_failed']

export interface RetryOptions {
  /** Most requests of this process to Clerk in any 10 s; at least 2. */
  budget: number
  clock: Clock
  /** Ends the waiting, and then the work that waits. */
  signal: AbortSignal
  onWait(seconds: number, why: string): void
}

export type RateLimitedRetry = ReturnType<typeof createRateLimitedRetry>

/** Runs work that sends requests to Clerk: within a budget, waiting as long as Clerk asks, and retrying outages. */
export function createRateLimitedRetry({ budget, clock, signal, onWait }: RetryOptions) {
  let requests = 0
  // When the last requests ended. They were sent earlier, so waiting from these times is long enough. One less than the
  // budget, because the work may send two requests at once.
  const most = budget - 1
  const recent: number[] = []
  const off = onClerkRequest('ops', () => {
    requests++
    recent.push(clock.now())
    if (recent.length > most) recent.shift()
  })

  async function pause(ms: number, why: string) {
    onWait(Math.ceil(ms / 1000), why)
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const cancel = clock.timer(ms, end)
      signal.addEventListener('abort', end)
    })
    signal.throwIfAborted()
  }

  /** Waits until two more requests fit into the budget. */
  async function waitForBudget() {
    signal.throwIfAborted()
    for (;;) {
      const [oldest] = recent
      if (recent.length < most || oldest === undefined) return
      const wait = oldest + WINDOW - clock.now()
      if (wait <= 0) return
      await pause(wait, 'the budget for 10 s is used up')
    }
  }

  return {
    /** Requests to Clerk so far. */
    requests: () => requests,
    stop: off,
    /**
     * Runs `work`, which must be safe to repeat and send at most two requests: a load of missing users, and a refresh of
     * users past their soft expiry.
     * @throws the work's error if waiting does not help; the signal's reason
     */
    async run<T>(work: () => Promise<T>): Promise<T> {
      for (let failures = 1; ; ) {
        await waitForBudget()
        try {
          return await work()
        } catch (error) {
          if (error instanceof ClerkError && error.code === 'clerk_rate_limited')
            await pause(error.retryAfter * 1000, 'Clerk limits requests')
          else {
            const problem = problemOf(error)
            if (!problem || !TRANSIENT.includes(problem.code) || failures === TRIES) throw error
            await pause(2 ** failures++ * 1000, problem.title)
          }
        }
      }
    },
  }
}
