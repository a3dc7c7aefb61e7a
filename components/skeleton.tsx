/** A placeholder for a list whose rows have words and, at their end, something to press. */
export const ListSkeleton = ({ label, rows, height }: { label: string; rows: number; height: string }) => (
  <div
    role="status"
    data-loading
    aria-label={label}
    className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
  >
    {Array.from({ length: rows }, (_, i) => `row-${i}`).map((key) => (
      <div
        key={key}
        className={`${height} flex items-center justify-between gap-4 px-5 motion-safe:animate-pulse`}
      >
        <div className="h-4 w-1/3 rounded bg-line" />
        <div className="h-6 w-20 rounded-md bg-line" />
      </div>
    ))}
  </div>
)

/** More than fit: they fade towards the end. */
const LINES = Array.from({ length: 8 }, () => ['w-2/3', 'w-1/2']).flat()

/**
 * A placeholder with the height of what is loading, so that nothing moves when it arrives. `label`: read to people who
 * cannot see it.
 */
export function Skeleton({ label, size = 'h-72' }: { label: string; size?: string }) {
  return (
    <div
      role="status"
      data-loading
      aria-label={label}
      className={`${size} overflow-hidden rounded-xl border border-line bg-surface p-5`}
    >
      <div className="mask-b-from-30% h-full space-y-3 overflow-hidden motion-safe:animate-pulse">
        <div className="h-5 w-1/3 rounded bg-line" />
        {LINES.map((width, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines in a fixed order
          <div key={i} className={`h-3 rounded bg-line ${width}`} />
        ))}
      </div>
    </div>
  )
}
