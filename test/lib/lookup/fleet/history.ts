import type { Read } from './messages'

export interface Invalidation {
  key: string
  /** The version that had been written before it. */
  version: number
  /** When it was confirmed. */
  at: number
}

/** Reads that began after an invalidation was confirmed and still returned an older version. */
export function staleReads(reads: readonly Read[], invalidations: readonly Invalidation[]) {
  return reads.flatMap((read) => {
    const before = invalidations.filter(({ key, at }) => key === read.key && at <= read.begun)
    const least = Math.max(1, ...before.map(({ version }) => version))
    return read.version < least ? [{ ...read, least }] : []
  })
}

/** The names that occur more than once, with their counts. */
export function repeated(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].filter(([, count]) => count > 1))
}
