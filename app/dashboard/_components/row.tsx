'use client'

import { type ReactNode, useId } from 'react'

type Props = {
  id: string
  /** What the row is, for people who cannot see it. */
  label: string
  what: ReactNode
  status: ReactNode
  who: ReactNode
  when: ReactNode
  open: boolean
  setOpen(open: boolean): void
  /** What the row opens to. */
  children: ReactNode
}

const columns =
  'grid min-w-0 grow grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1 tabular-nums md:items-center md:grid-cols-[9rem_10.5rem_minmax(0,1fr)_auto] lg:grid-cols-[13rem_14.5rem_minmax(0,1fr)_auto] lg:gap-x-4'

/** Rows, and where there is room for columns what is in them. */
export const Rows = ({ what, who, children }: { what: string; who: string; children: ReactNode }) => (
  <div className="overflow-hidden rounded-xl border border-line bg-surface text-sm">
    {/* What a row has to say is in the row itself. */}
    <div aria-hidden className="flex border-line border-b py-2.5 pr-11 pl-4 text-soft max-md:hidden">
      <div className={columns}>
        <span>Outcome</span>
        <span>{what}</span>
        <span>{who}</span>
        <span>Time</span>
      </div>
    </div>
    <ul className="divide-y divide-line">{children}</ul>
  </div>
)

/** A line of a list, with a button that opens it. On a phone: what and when, then how it ended, then who. */
export function Row({ label, what, status, who, when, open, setOpen, children }: Props) {
  const details = useId()
  return (
    <li>
      <div className="flex items-center gap-2 py-2 pr-2 pl-4">
        <div className={`py-1 ${columns}`}>
          <span className="wrap-anywhere font-medium md:order-2">{what}</span>
          {/* Room for every age of up to 99 days: a row must not grow because its time has more letters. */}
          <span className="min-w-20 text-right text-soft md:order-4">{when}</span>
          <span className="col-span-2 min-w-0 md:order-1 md:col-span-1">{status}</span>
          <span className="col-span-2 flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-1 max-md:empty:hidden md:order-3 md:col-span-1">
            {who}
          </span>
        </div>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={details}
          aria-label={`Details of ${label}`}
          onClick={() => setOpen(!open)}
          className="shrink-0 rounded-md p-1.5 text-soft hover:bg-page hover:text-ink"
        >
          <svg
            viewBox="0 0 16 16"
            width={16}
            height={16}
            fill="none"
            stroke="currentColor"
            strokeWidth={1.5}
            aria-hidden="true"
            className={`transition-transform ${open ? 'rotate-90' : ''}`}
          >
            <path d="M6 3.5 10.5 8 6 12.5" />
          </svg>
        </button>
      </div>
      <div id={details} hidden={!open} className="space-y-3 border-line border-t bg-page px-4 py-3">
        {open && children}
      </div>
    </li>
  )
}
