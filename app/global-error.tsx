'use client'

import ErrorPage from './error'
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
        {/* Not the app's own header: it may be what failed. */}
        <header className="border-line border-b bg-surface">
          <div className="mx-auto flex h-14 max-w-5xl items-center px-4 sm:px-6">
            <a href="/" className="flex items-center gap-2 font-semibold">
              {/* biome-ignore lint/performance/noImgElement: an SVG icon of 200 bytes needs no optimizer */}
              <img src="/icon.svg" alt="" width={24} height={24} className="size-6" />
              Clerk cache kit
            </a>
          </div>
        </header>
        <main className="mx-auto max-w-5xl px-4 py-8 sm:px-6 sm:py-12">
          <ErrorPage error={error} retry={retry} />
        </main>
      </body>
    </html>
  )
}
