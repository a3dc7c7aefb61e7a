'use client'

import { useClerk } from '@clerk/nextjs'
import { button } from './button'
import { switchAccount } from './sign-out'

/** Signs out, and leads back to this page after somebody has signed in. */
export function SwitchAccount() {
  const clerk = useClerk()
  return (
    <button type="button" className={button('outline')} onClick={() => switchAccount(clerk)}>
      Switch account
    </button>
  )
}
