import type { Clock } from '@/lib/lookup/clock'

/** A frozen process gets no timers until it resumes; its clock goes on. */
export interface Sleeper {
  frozen: boolean
}

interface Timer {
  at: number
  fn(): void
  owner: Sleeper
}

/** Runs everything that does not wait for time: promise jobs, then ticks, until none are left. */
export const drain = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

export type Time = ReturnType<typeof createTime>

/** One time for the world, which the store uses, and clocks that differ from it by a constant. */
export function createTime() {
  let now = 1_800_000_000_000
  let timers: Timer[] = []

  function due(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers)
      if (timer.at <= end && !timer.owner.frozen && (first === undefined || timer.at < first.at))
        first = timer
    return first
  }

  return {
    now: () => now,
    /** Whether any timer is still to fire. */
    waiting: () => timers.length > 0,
    clock: (owner: Sleeper, skew: number): Clock => ({
      now: () => now + skew,
      timer(ms, fn) {
        const timer = { at: now + ms, fn, owner }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
    }),
    /** Moves time on, and calls `between` after each timer and at the end. */
    async advance(ms: number, between: () => Promise<void>) {
      const end = now + ms
      await between()
      for (let timer = due(end); timer !== undefined; timer = due(end)) {
        const fired = timer
        timers = timers.filter((other) => other !== fired)
        now = Math.max(now, fired.at)
        fired.fn()
        await drain()
        await between()
      }
      now = end
      await between()
    },
  }
}
