import { type useClerk, useUser } from '@clerk/nextjs'
import { useEffect, useRef } from 'react'

type Clerk = ReturnType<typeof useClerk>

// All load a page: what a user has seen stays in the document otherwise, and the next one could read it.

export const signOut = (clerk: Clerk) => clerk.signOut(() => window.location.assign('/'))

/** Leads back to this page after somebody has signed in. */
export const switchAccount = (clerk: Clerk) =>
  clerk.signOut(() => window.location.assign(clerk.buildSignInUrl({ redirectUrl: window.location.href })))

/** Loads the page again when its user is gone: signed out in another tab or by an admin, or somebody else. */
export function useReloadWithoutUser() {
  const { isLoaded, user } = useUser()
  const id = user?.id
  const before = useRef(id)
  useEffect(() => {
    // While Clerk changes the session there is no user for a moment.
    if (!isLoaded) return
    if (before.current && before.current !== id) window.location.reload()
    else before.current = id
  }, [isLoaded, id])
}
