'use client'

import { useClerk } from '@clerk/nextjs'
import { button } from './button'

/** Signs out, and leads back to this page after somebody has signed in. */
export function SwitchAccount() {
  const clerk = useClerk()
  return (
    <button
      type="button"
      className={button('outline')}
      onClick={() => clerk.signOut(() => clerk.redirectToSignIn({ redirectUrl: window.location.href }))}
    >
      Switch account
    </button>
  )
}
