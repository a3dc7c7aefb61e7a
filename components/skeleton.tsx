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
      <div className="space-y-3 motion-safe:animate-pulse">
        <div className="h-5 w-1/3 rounded bg-line" />
        <div className="h-3 w-2/3 rounded bg-line" />
        <div className="h-3 w-1/2 rounded bg-line" />
      </div>
    </div>
  )
}
