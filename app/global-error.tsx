'use client'

import { button } from '@/components/button'
import './globals.css'

/** What people see if the layout itself fails: it has no header, and no theme but the system's. */
export default function GlobalError({
  error,
  retry,
}: {
  error: Error & { digest?: string }
  retry: () => void
}) {
  return (
    <html lang="en">
      <body className="font-sans antialiased">
        <title>Something went wrong</title>
        <main className="mx-auto max-w-5xl px-4 py-12 sm:px-6">
          <h1 className="font-semibold text-2xl tracking-tight sm:text-3xl">Something went wrong</h1>
          <p className="mt-2 mb-8 max-w-prose text-pretty text-soft">
            This page could not be loaded.{' '}
            {error.digest ? `The server’s log has the details under ${error.digest}.` : ''}
          </p>
          <button type="button" className={button('outline')} onClick={() => retry()}>
            Try again
          </button>
        </main>
      </body>
    </html>
  )
}
