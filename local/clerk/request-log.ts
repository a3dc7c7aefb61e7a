export interface RequestCounts {
  total: number
  /** By `METHOD /path-template`. */
  byRoute: Record<string, number>
  /** The most that were under way at a time. */
  peak: number
}

export function createRequestLog() {
  const counts = new Map<string, number>()
  let underWay = 0
  let peak = 0
  return {
    /** Of a request that takes its time: until the returned function is called. */
    begin() {
      peak = Math.max(peak, ++underWay)
      return () => void underWay--
    },
    count: (route: string) => void counts.set(route, (counts.get(route) ?? 0) + 1),
    reset() {
      counts.clear()
      peak = underWay
    },
    read: (): RequestCounts => ({
      total: [...counts.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries(counts),
      peak,
    }),
  }
}
