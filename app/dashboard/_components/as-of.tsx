import { clockOf } from '../format'

/** When what a panel shows was so. */
export function AsOf({ at }: { at: number }) {
  return (
    <p className="mt-2 text-right text-soft text-xs tabular-nums">
      as of <time dateTime={new Date(at).toISOString()}>{clockOf(at)}</time>
    </p>
  )
}
