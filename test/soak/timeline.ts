/** What the readers saw in some seconds. */
export interface Interval {
  /** Milliseconds since the first read. */
  at: number
  values: number
  errors: number
  /** Milliseconds of 99 in 100 reads. */
  p99: number
  /** Stale reads so far. */
  stale: number
}

/** Milliseconds of an interval. */
export const INTERVAL = 5000

/** Counts reads by the time at which they ended. */
export function createTimeline(stale: () => number, now = () => performance.now()) {
  const started = now()
  const intervals = new Map<number, { values: number; errors: number; times: number[]; stale: number }>()
  return {
    add(began: number, ok: boolean) {
      const number = Math.floor((now() - started) / INTERVAL)
      const known = intervals.get(number) ?? { values: 0, errors: 0, times: [], stale: 0 }
      intervals.set(number, known)
      if (ok) known.values++
      else known.errors++
      known.times.push(now() - began)
      known.stale = stale()
    },
    intervals: (): Interval[] =>
      [...intervals].map(([number, { times, ...counts }]) => ({
        ...counts,
        at: number * INTERVAL,
        p99: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0,
      })),
  }
}
