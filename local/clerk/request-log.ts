export interface RequestCounts {
  total: number
  /** By `METHOD /path-template`. */
  byRoute: Record<string, number>
  /** The largest number of requests in progress at the same time. */
  peak: number
}

export function createRequestLog() {
  const counts = new Map<string, number>()
  let inProgress = 0
  let peak = 0
  return {
    /** Counts a request as in progress until the returned function is called. */
    begin() {
      peak = Math.max(peak, ++inProgress)
      return () => void inProgress--
    },
    count: (route: string) => void counts.set(route, (counts.get(route) ?? 0) + 1),
    reset() {
      counts.clear()
      peak = inProgress
    },
    read: (): RequestCounts => ({
      total: [...counts.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries(counts),
      peak,
    }),
  }
}
