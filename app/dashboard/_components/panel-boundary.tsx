'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, startTransition } from 'react'
import { ErrorBoundary } from '@/components/error-boundary'

export function PanelBoundary({ title, children }: { title: string; children: ReactNode }) {
  const router = useRouter()
  return (
    <ErrorBoundary title={title} retry={() => startTransition(() => router.refresh())}>
      {children}
    </ErrorBoundary>
  )
}
