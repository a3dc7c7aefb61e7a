import { ClerkError } from '../clerk/error'
import { onClerkRequest } from '../clerk/events'
import type { Clock } from '../lookup/clock'
import { codeOf } from '../lookup/errors'

/** The window of Clerk's rate limits, in milliseconds. */
const WINDOW = 10_000
/** Tries while Clerk or Redis does not answer, with pauses of 2, 4 and 8 s between them. */
const TRIES = 4
/** Codes of what may be over in a moment. */
const PASSING = ['clerk_unavailable', 'redis_unavailable', 'load_timeout', 'load_failed']

export interface PatienceOptions {
  /** Most requests to Clerk in any 10 s, whoever in this process makes them; 2 or more. */
  budget: number
  clock: Clock
  /** Ends the waiting, and then what waits. */
  signal: AbortSignal
  onWait(seconds: number, why: string): void
}

export type Patience = ReturnType<typeof createPatience>

/** Runs work that asks Clerk inside a budget, waits as long as Clerk says, and tries again. */
export function createPatience({ budget, clock, signal, onWait }: PatienceOptions) {
  let made = 0
  // When the last requests ended; they were sent before, so whoever waits for these waits long enough. One less than
  // the budget, as two may be made at a time.
  const most = budget - 1
  const recent: number[] = []
  const off = onClerkRequest('ops', () => {
    made++
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

  /** Resolves when two more requests fit into the budget. */
  async function turn() {
    signal.throwIfAborted()
    for (;;) {
      const [oldest] = recent
      if (recent.length < most || oldest === undefined) return
      const wait = oldest + WINDOW - clock.now()
      if (wait <= 0) return
      await pause(wait, 'the budget of these 10 s is spent')
    }
  }

  return {
    /** Requests to Clerk so far. */
    made: () => made,
    stop: off,
    /**
     * The work must be safe to repeat, and cost two requests at most: a load of what is missing, and a refresh of
     * what is past its soft expiry.
     * @throws what waiting does not help; the signal's reason
     */
    async take<T>(work: () => Promise<T>): Promise<T> {
      for (let failures = 1; ; ) {
        await turn()
        try {
          return await work()
        } catch (error) {
          if (error instanceof ClerkError && error.code === 'clerk_rate_limited')
            await pause(error.retryAfter * 1000, 'Clerk says: too many requests')
          else if (error instanceof Error && PASSING.includes(codeOf(error)) && failures < TRIES)
            await pause(2 ** failures++ * 1000, error.message)
          else throw error
        }
      }
    },
  }
}
