/** Time as the engine sees it; tests advance one by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `fn` after `ms` milliseconds; returns a function that cancels it. */
  timer(ms: number, fn: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  timer(ms, fn) {
    const handle = setTimeout(fn, ms)
    return () => clearTimeout(handle)
  },
}

export const sleep = (clock: Clock, ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve))

/** Calls `fn` after a deadline of `ms` milliseconds; returns a function that cancels it. */
export const deadline = (clock: Clock, ms: number, fn: () => void) => clock.timer(ms, fn)
