import type { ComponentProps } from 'react'

type Props = Omit<ComponentProps<'select'>, 'className'> & {
  /** As high as a button, for a row of them. */
  small?: boolean
}

/** A select that looks like the other fields in every browser, and has its arrow as far from the border as its text. */
export const Select = ({ small = false, children, ...props }: Props) => (
  <span className={`relative block min-w-0 ${small ? 'text-sm sm:w-44' : 'mt-1'}`}>
    <select
      {...props}
      className={`block w-full appearance-none truncate rounded-md border border-field bg-surface ps-3 pe-9 text-ink ${small ? 'h-9' : 'h-10'}`}
    >
      {children}
    </select>
    <svg
      viewBox="0 0 16 16"
      className={`pointer-events-none absolute end-3 size-4 fill-none stroke-2 stroke-soft ${small ? 'top-2.5' : 'top-3'}`}
      aria-hidden="true"
    >
      <path d="m4 6 4 4 4-4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  </span>
)
