'use client'

import { useClerk, useUser } from '@clerk/nextjs'
import { useEffect } from 'react'

/** Goes on to Clerk's account page, once Clerk's script knows that somebody is signed in. */
export function GoToAccount() {
  const clerk = useClerk()
  const { isSignedIn } = useUser()
  useEffect(() => {
    if (isSignedIn) void clerk.redirectToUserProfile()
  }, [clerk, isSignedIn])
  return null
}
