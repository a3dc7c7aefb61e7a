import { formatClock } from '../format'

/** When the panel's figures were read. */
export function AsOf({ at }: { at: number }) {
  return (
    <p className="mt-2 text-right text-soft text-xs tabular-nums">
      as of <time dateTime={new Date(at).toISOString()}>{formatClock(at)}</time>
    </p>
  )
}
