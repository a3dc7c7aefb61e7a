'use client'

import { type ReactNode, useRef, useState } from 'react'
import { button } from '@/components/button'
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
    <div ref={list} tabIndex={-1} className="relative outline-none">
      <p role="status" className="sr-only">
        {text}
      </p>
      {added > 0 && (
        <p className="absolute inset-x-0 -top-4 z-10 flex justify-center">
          <button
            type="button"
            className={`${button('solid')} shadow-md`}
            onClick={() => {
              show(latest)
              list.current?.focus()
            }}
          >
            Show {text}
          </button>
        </p>
      )}
      {children(added === 0 ? latest : shown)}
    </div>
  )
}
