'use client'

import { createContext, type ReactNode, use, useMemo, useOptimistic } from 'react'

const Context = createContext<{ doing: string | null; expect(doing: string): void }>({
  doing: null,
  expect() {},
})

export const useExpect = () => use(Context)

/** Knows which action inside is running, which is shown as if it were done. */
export function Expectations({ children }: { children: ReactNode }) {
  const [doing, expect] = useOptimistic<string | null>(null)
  const context = useMemo(() => ({ doing, expect }), [doing, expect])
  return <Context value={context}>{children}</Context>
}

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
  return useExpect().doing === doing ? then : children
}
