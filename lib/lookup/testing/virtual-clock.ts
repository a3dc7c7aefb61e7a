import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@/lib/lookup/clock'

/** Runs everything that does not wait for time. */
export async function settle() {
  // One turn drains every promise and tick; the second drains what those started.
  for (let i = 0; i < 2; i++) await setImmediate()
}

/** A clock that stands still until `advance` moves it, which also runs the timers that are due. */
export function createVirtualClock(start = 1_800_000_000_000) {
  let now = start
  const timers = new Set<{ at: number; fn: () => void }>()
  const clock: Clock & { advance(ms: number): Promise<void> } = {
    now: () => now,
    timer(ms, fn) {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due)
        now = Math.max(now, due.at)
        due.fn()
        await settle()
      }
      now = end
    },
  }
  return clock
}

/** Waits for work over real sockets; virtual time passes while that work waits for a timer. */
export async function drive<T>(work: Promise<T>, pass: (ms: number) => Promise<void>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  for (let turn = 1; !done; turn++) {
    await setImmediate()
    if (turn % 200 === 0) await pass(20)
  }
  return work
}
