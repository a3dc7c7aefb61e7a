'use client'

import { useClerk } from '@clerk/nextjs'
import { button } from './button'

/** Leads to Clerk's account page, where accounts are connected, disconnected and given scopes. */
export function AccountLink({ children }: { children: string }) {
  const clerk = useClerk()
  return (
    <button type="button" className={button()} onClick={() => clerk.redirectToUserProfile()}>
      {children}
    </button>
  )
}
