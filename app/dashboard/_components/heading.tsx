'use client'

import { type ComponentProps, useEffect, useRef } from 'react'

let shown: HTMLHeadingElement | null = null
let awaited = false

/** Moves the focus to the heading of the page at this path, now or once it is shown. */
export function focusHeading(path: string): void {
  if (window.location.pathname === path) shown?.focus()
  else awaited = true
}

/** The heading of a page. It gets the focus when a search has led here, so that a screen reader says what was opened. */
export function Heading(props: Omit<ComponentProps<'h1'>, 'ref' | 'tabIndex'>) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    shown = heading.current
    if (awaited) shown?.focus()
    awaited = false
    return () => {
      shown = null
    }
  }, [])
  return <h1 ref={heading} tabIndex={-1} {...props} />
}
