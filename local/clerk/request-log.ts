export interface RequestCounts {
  total: number
  /** By `METHOD /path-template`. */
  byRoute: Record<string, number>
}

export function createRequestLog() {
  const counts = new Map<string, number>()
  return {
    count: (route: string) => void counts.set(route, (counts.get(route) ?? 0) + 1),
    reset: () => counts.clear(),
    read: (): RequestCounts => ({
      total: [...counts.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries(counts),
    }),
  }
}
