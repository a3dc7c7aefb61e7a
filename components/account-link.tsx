'use client'

import { useClerk } from '@clerk/nextjs'
import { button } from './button'

/** Opens Clerk's account page, where users connect and disconnect accounts and grant permissions. */
export function AccountLink({ children, style }: { children: string; style?: Parameters<typeof button>[0] }) {
  const clerk = useClerk()
  return (
    <button type="button" className={button(style)} onClick={() => clerk.redirectToUserProfile()}>
      {children}
    </button>
  )
}
