'use client'

import { type ReactNode, useRef, useState } from 'react'
import { countOf } from '../format'

type Props<T> = {
  /** The newest state of the list. */
  latest: T
  /** The IDs of its rows, the newest first. */
  idsOf(state: T): readonly string[]
  /** What one row is. */
  noun: string
  children(state: T): ReactNode
}

/** New rows wait until the reader asks for them: what one reads, or is about to press, must not move. */
export function Held<T>({ latest, idsOf, noun, children }: Props<T>) {
  const [shown, show] = useState(latest)
  const list = useRef<HTMLDivElement>(null)
  const known = idsOf(shown)
  // An empty list has nothing to read.
  const added = known.length === 0 ? 0 : idsOf(latest).filter((id) => !known.includes(id)).length
  if (added === 0 && shown !== latest) show(latest)
  const text = added > 0 ? countOf(added, `new ${noun}`) : ''
  return (
    <div ref={list} tabIndex={-1} className="outline-none">
      <p role="status" className="sr-only">
        {text}
      </p>
      {added > 0 && (
        // Beside the count above the list, and below the header for those who have scrolled down. It takes no room.
        <div className="sticky top-25 z-[5] h-0">
          <button
            type="button"
            className="absolute -top-9 right-0 h-8 rounded-full bg-brand px-3 font-medium text-on-brand text-sm shadow-md hover:opacity-90"
            onClick={() => {
              show(latest)
              list.current?.focus()
            }}
          >
            <span className="max-sm:sr-only">Show </span>
            {text}
          </button>
        </div>
      )}
      {children(added === 0 ? latest : shown)}
    </div>
  )
}
