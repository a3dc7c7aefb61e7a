'use client'

import { ClerkProvider } from '@clerk/nextjs'
import type { ReactNode } from 'react'

/** After signing in, people are sent to pages of this origin only. By default Clerk also allows others of its domain. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const origins = typeof window === 'undefined' ? {} : { allowedRedirectOrigins: [window.location.origin] }
  return <ClerkProvider {...origins}>{children}</ClerkProvider>
}
