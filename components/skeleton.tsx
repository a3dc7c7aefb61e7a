/**
 * A placeholder with the height of what is loading, so that nothing moves when it arrives. `label`: read to people who
 * cannot see it. `lines`: what comes is a list or a text.
 */
export function Skeleton({
  label,
  size = 'h-72',
  lines = false,
}: {
  label: string
  size?: string
  lines?: boolean
}) {
  return (
    <div
      role="status"
      data-loading
      aria-label={label}
      className={`${size} rounded-xl border border-line bg-surface motion-safe:animate-pulse ${lines ? 'p-5' : ''}`}
    >
      {lines && (
        <div className="h-full w-3/4 bg-[repeating-linear-gradient(var(--line)_0_0.75rem,transparent_0.75rem_2.5rem)] opacity-50" />
      )}
    </div>
  )
}
