import type { useClerk } from '@clerk/nextjs'

type Clerk = ReturnType<typeof useClerk>

// Both load a page: what somebody has seen stays in the document otherwise, for whoever uses the tab next.

export const signOut = (clerk: Clerk) => clerk.signOut(() => window.location.assign('/'))

/** Leads back to this page after somebody has signed in. */
export const switchAccount = (clerk: Clerk) =>
  clerk.signOut(() => window.location.assign(clerk.buildSignInUrl({ redirectUrl: window.location.href })))
