import { outside } from './outside'

/** Time as the engine sees it; tests advance one by hand. */
export interface Clock {
  /** Milliseconds that only grow, whatever the wall clock does. Only differences mean anything. */
  now(): number
  /** Calls `fn` after `ms` milliseconds; returns a function that cancels it. */
  timer(ms: number, fn: () => void): () => void
}

export const systemClock: Clock = {
  now: performance.now.bind(performance),
  timer(ms, fn) {
    const handle = setTimeout(fn, ms)
    return () => clearTimeout(handle)
  },
}

export const sleep = (clock: Clock, ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve))

/** Milliseconds between two ticks, and the most that one tick counts. */
const SLICE = 25

/** What waits for a deadline counts at each tick. */
const waiting = new Set<(now: number) => void>()
let ticking = false

function tick() {
  const now = systemClock.now()
  for (const count of waiting) count(now)
  ticking = waiting.size > 0
  // From an immediate, so that the process reads its sockets between two ticks even when its timers are late.
  if (ticking) setImmediate(startTimer)
}

const startTimer = () => setTimeout(tick, SLICE).unref()

/**
 * Calls `fn` once `ms` milliseconds have passed in which this process ran, so that a busy process does not mistake an
 * answer that it has not read yet for one that did not come. After `cap` milliseconds in all, it is called anyway.
 * Returns a function that cancels it. Precise to about 50 ms; it does not keep the process alive. One timer serves all
 * deadlines of the system clock; another clock has its own timers.
 */
export function deadline(
  clock: Clock,
  ms: number,
  fn: () => void,
  cap = Math.min(20 * ms, ms + 10_000),
): () => void {
  if (clock !== systemClock) return clock.timer(ms, fn)
  const since = clock.now()
  let last = since
  let left = ms
  function count(now: number) {
    if (left > 0) {
      left = now - since < cap ? left - Math.min(now - last, SLICE) : 0
      last = now
      return
    }
    // A tick later than it was due: in between, the process has read the answers that had arrived.
    waiting.delete(count)
    fn()
  }
  waiting.add(count)
  if (!ticking) outside(startTimer)
  ticking = true
  return () => waiting.delete(count)
}

/** Does the work with a signal that aborts after `ms` milliseconds. Fails a second later if it goes on, as a body of `fetch` can. */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  clock: Clock = systemClock,
): Promise<T> {
  const controller = new AbortController()
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = deadline(clock, ms, () => {
      controller.abort(new DOMException('The deadline has passed.', 'TimeoutError'))
      cancel = deadline(clock, 1000, () => reject(controller.signal.reason))
    })
  })
  return Promise.race([work(controller.signal), late]).finally(() => cancel())
}

/** Rejects with the signal's reason when it aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
  })
  // What races with it may have ended first.
  promise.catch(() => {})
  return promise
}
