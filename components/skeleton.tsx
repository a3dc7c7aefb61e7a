/** A placeholder with the height of what is loading, so that nothing moves when it arrives. `label`: read to people who cannot see it. */
export function Skeleton({ label, size = 'h-72' }: { label: string; size?: string }) {
  return (
    <div
      role="status"
      data-loading
      aria-label={label}
      className={`${size} rounded-xl border border-line bg-surface motion-safe:animate-pulse`}
    />
  )
}
