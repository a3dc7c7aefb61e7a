'use client'

import { useClerk, useUser } from '@clerk/nextjs'
import { useEffect } from 'react'

/** Redirects to Clerk's account page when Clerk's script has loaded and the user is signed in. */
export function GoToAccount() {
  const clerk = useClerk()
  const { isSignedIn } = useUser()
  useEffect(() => {
    if (isSignedIn) void clerk.redirectToUserProfile()
  }, [clerk, isSignedIn])
  return null
}
