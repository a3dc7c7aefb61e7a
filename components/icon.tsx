/** Decorative: the name is always next to it. */
export const Icon = ({ path }: { path: string }) => (
  <svg viewBox="0 0 24 24" className="size-5 shrink-0 fill-current" aria-hidden="true">
    <path d={path} />
  </svg>
)
