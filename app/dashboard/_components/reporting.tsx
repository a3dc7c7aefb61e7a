'use client'

import { createContext, type ReactNode, use, useEffect, useOptimistic, useRef, useState } from 'react'
import type { ActionResult } from '../admin-action'

type Report = {
  /** The running action, which is shown as if it were done. */
  doing: string | null
  expect(doing: string): void
  report(result: ActionResult | null): void
}

const Reports = createContext<Report>({ doing: null, expect() {}, report() {} })

const tones = { done: 'text-good', refused: 'text-bad', failed: 'text-bad' } as const
const shapes = { done: '●', refused: '■', failed: '■' } as const

/** Shows the result of the actions inside, and announces it to screen readers. */
export function Reporting({ children }: { children: ReactNode }) {
  const [result, report] = useState<ActionResult | null>(null)
  const [doing, expect] = useOptimistic<string | null>(null)
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    // The button may be gone, for example after Disconnect. Keyboard users continue from the result.
    if (result && document.activeElement === document.body) line.current?.focus()
  }, [result])
  return (
    <Reports value={{ doing, expect, report }}>
      <p
        ref={line}
        role="status"
        tabIndex={-1}
        className={result ? `mb-3 font-medium text-sm ${tones[result.status]}` : 'sr-only'}
      >
        {result && <span aria-hidden>{shapes[result.status]} </span>}
        {result?.message}
      </p>
      {children}
    </Reports>
  )
}

export const useReport = () => use(Reports)

/** Its children, or `then` while the action `doing` runs. */
export function Expecting({
  doing,
  then,
  children,
}: {
  doing: string
  then: ReactNode
  children: ReactNode
}) {
  return useReport().doing === doing ? then : children
}
