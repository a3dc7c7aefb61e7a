'use client'

import { type ReactNode, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { countOf } from '../format'

type Props<T> = {
  /** The rows of the newest state, in the order in which they show. */
  latest: readonly T[]
  /** What one row is. */
  noun: string
  children(rows: readonly T[]): ReactNode
}

/**
 * New rows wait until the reader asks for them: what one reads, or is about to press, must not move. Rows that are shown
 * change in place.
 */
export function Held<T extends { id: string }>({ latest, noun, children }: Props<T>) {
  const [shown, show] = useState(latest)
  const list = useRef<HTMLDivElement>(null)
  const byId = new Map(latest.map((row) => [row.id, row]))
  // An empty list has nothing to read. The latest rows do not have what newer ones have pushed out.
  const isEmpty = shown.length === 0 || latest.length === 0
  const rows = isEmpty ? latest : shown.map((row) => byId.get(row.id) ?? row)
  if (rows.length !== shown.length || rows.some((row, i) => row !== shown[i])) show(rows)
  for (const { id } of rows) byId.delete(id)
  const text = byId.size > 0 ? countOf(byId.size, `new ${noun}`) : ''
  return (
    <div ref={list}>
      <p role="status" className="sr-only">
        {text}
      </p>
      {text && (
        // Beside the count above the list, and below the header for those who have scrolled down. It takes no room.
        <div className="sticky top-25 z-[5] h-0">
          <button
            type="button"
            className="absolute -top-9 right-0 h-8 rounded-full bg-brand px-3 font-medium text-on-brand text-sm shadow-md hover:opacity-90"
            onClick={() => {
              flushSync(() => show(latest))
              list.current?.querySelector<HTMLElement>('li [aria-expanded]')?.focus()
            }}
          >
            <span className="max-sm:sr-only">Show </span>
            {text}
          </button>
        </div>
      )}
      {children(rows)}
    </div>
  )
}
