'use client'

import { type ReactNode, useId } from 'react'

type Props = {
  id: string
  /** What the row is, for people who cannot see it. */
  label: string
  /** Four cells. */
  cells: ReactNode
  open: boolean
  setOpen(open: boolean): void
  /** What the row opens to. */
  children: ReactNode
}

/** A line of a list, with a button that opens it. */
export function Row({ label, cells, open, setOpen, children }: Props) {
  const details = useId()
  return (
    <li>
      <div className="flex items-start gap-2 py-2 pr-2 pl-4">
        <div className="flex min-w-0 grow flex-wrap items-center gap-x-4 gap-y-1 py-1 tabular-nums md:grid md:grid-cols-[11rem_11rem_minmax(0,1fr)_auto]">
          {cells}
        </div>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={details}
          aria-label={`Details of ${label}`}
          onClick={() => setOpen(!open)}
          className="shrink-0 rounded-md px-2 py-1 text-soft hover:bg-page hover:text-ink"
        >
          <span aria-hidden className={`inline-block transition-transform ${open ? 'rotate-90' : ''}`}>
            ›
          </span>
        </button>
      </div>
      <div id={details} hidden={!open} className="space-y-3 border-line border-t bg-page px-4 py-3">
        {open && children}
      </div>
    </li>
  )
}
