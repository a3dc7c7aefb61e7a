'use client'

import { useRouter } from 'next/navigation'
import { useTransition } from 'react'
import { button } from './button'

/** Reads the page again, without losing what is entered in it. */
export function RetryButton() {
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  return (
    <button
      type="button"
      className={`${button('outline')} aria-busy:opacity-60`}
      aria-busy={pending}
      onClick={() => startTransition(() => router.refresh())}
    >
      Try again
    </button>
  )
}
