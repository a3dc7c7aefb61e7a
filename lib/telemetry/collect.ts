import { onePerProcess } from '../lookup/one-per-process'
import { difference, readSeries } from './counter-snapshot'
import { countsWriter, MOST_PENDING, minuteOf } from './fleet-counts'
import { metrics } from './metrics'

function createCollector() {
  let told = new Map<string, number>()
  let collecting: Promise<void> | undefined

  async function tell() {
    const series = await readSeries(metrics().registry)
    const grown = difference(series, told)
    // Nothing to tell, or too much waiting already: what is not told now is part of the next difference.
    if (Object.keys(grown).length === 0 || countsWriter().pending() >= MOST_PENDING) return
    if (countsWriter().add({ minute: minuteOf(Date.now()), series: grown }) === 'accepted') told = series
  }

  /** Hands what was counted since the last time to the writer; one at a time. */
  return (): Promise<void> => {
    collecting ??= tell().finally(() => {
      collecting = undefined
    })
    return collecting
  }
}

/** Hands what this process counted since the last time to the writer of the fleet's sums. */
export const collectCounts = (): Promise<void> => onePerProcess('collector', createCollector)()
