import { type Clock, systemClock } from '../lookup/clock'

/** The system's clock with timers that keep no process alive: whoever ends a process stops what they are for. */
export const backgroundClock: Clock = {
  now: systemClock.now,
  timer(ms, fn) {
    const handle = setTimeout(fn, ms).unref()
    return () => clearTimeout(handle)
  },
}
