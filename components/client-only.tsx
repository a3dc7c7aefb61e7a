'use client'

import { type ReactNode, useSyncExternalStore } from 'react'

const never = () => () => undefined

/**
 * The placeholder on the server and while the page is hydrated, the children from then on. Clerk's components need it: where
 * Clerk's script is there before a part of the page is hydrated, they differ from what the server has written.
 */
export function ClientOnly({ placeholder, children }: { placeholder: ReactNode; children: ReactNode }) {
  const isHydrated = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return isHydrated ? children : placeholder
}
