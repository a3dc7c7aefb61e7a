import type { ComponentProps } from 'react'

/** A select that looks like the other fields in every browser, and has its arrow as far from the border as its text. */
export const Select = ({ children, ...props }: Omit<ComponentProps<'select'>, 'className'>) => (
  <span className="relative mt-1 block">
    <select
      {...props}
      className="block h-10 w-full appearance-none truncate rounded-md border border-field bg-surface ps-3 pe-9 text-ink"
    >
      {children}
    </select>
    <svg
      viewBox="0 0 16 16"
      className="pointer-events-none absolute end-3 top-3 size-4 fill-none stroke-2 stroke-soft"
      aria-hidden="true"
    >
      <path d="m4 6 4 4 4-4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  </span>
)
