'use client'

import { useLatest } from './live'
import { Clock } from './time'

/** When the figures of the page were read. */
export function AsOf({ at, live }: { at: number; live: boolean }) {
  const latest = useLatest()
  return (
    <p id="as-of" className="text-soft text-xs tabular-nums">
      as of <Clock at={live && latest && latest.cache.at > at ? latest.cache.at : at} />
    </p>
  )
}
