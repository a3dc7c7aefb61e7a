'use client'

import { useClerk } from '@clerk/nextjs'
import type { ReactNode } from 'react'
import { Notice } from './notice'
import { TryAgain } from './try-again'

/** The children, or what to do where Clerk's script did not load. Clerk's components would stay as their placeholder. */
export function UnlessClerkFailed({ children }: { children: ReactNode }) {
  if (useClerk().status !== 'error') return children
  return (
    <Notice title="Clerk could not be loaded" tone="warn">
      <p>Signing in needs Clerk’s script. Check your connection, and whether your browser blocks it.</p>
      <TryAgain style="solid" />
    </Notice>
  )
}
