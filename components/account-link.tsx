'use client'

import { useClerk } from '@clerk/nextjs'
import { button } from './button'

/** Opens Clerk's account page, where users connect and disconnect accounts and grant permissions. */
export function AccountLink({ children }: { children: string }) {
  const clerk = useClerk()
  return (
    <button type="button" className={button()} onClick={() => clerk.redirectToUserProfile()}>
      {children}
    </button>
  )
}
