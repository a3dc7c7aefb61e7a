import { setTimeout as pause } from 'node:timers/promises'
import { refreshesSettled } from '../../../../lib/cache/lookups'
import { getCachedOAuthToken } from '../../../../lib/cache/token-cache'

/** A process of the fleet: reads one user's token repeatedly for a time, and reports the results. */
export interface Order {
  userId: string
  /** Milliseconds. */
  forMs: number
  everyMs: number
  /** The least number of reads, even if they take longer. */
  atLeast?: number
}
export interface Report {
  reads: number
  /** By status. */
  outcomes: Record<string, number>
  fingerprints: string[]
  /** The shortest remaining life of a returned token, in milliseconds. */
  leastLeft: number | null
}

async function read({ userId, forMs, everyMs, atLeast = 1 }: Order): Promise<Report> {
  const report: Report = { reads: 0, outcomes: {}, fingerprints: [], leastLeft: null }
  const seen = new Set<string>()
  const once = async () => {
    const result = await getCachedOAuthToken(userId, 'google')
    report.reads++
    report.outcomes[result.status] = (report.outcomes[result.status] ?? 0) + 1
    if (result.status !== 'ok') return
    seen.add(result.token.fingerprint)
    const left = (result.token.expiresAt ?? Number.POSITIVE_INFINITY) - Date.now()
    report.leastLeft = Math.min(report.leastLeft ?? left, left)
  }
  const until = performance.now() + forMs
  const running: Promise<void>[] = []
  do {
    running.push(once())
    await pause(everyMs)
  } while (performance.now() < until || running.length < atLeast)
  await Promise.all(running)
  await refreshesSettled()
  return { ...report, fingerprints: [...seen] }
}

process.on('message', async (order: Order) => process.send?.(await read(order)))
process.once('disconnect', () => process.exit())
process.send?.('ready')
