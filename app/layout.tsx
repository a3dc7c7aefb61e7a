import type { Metadata } from 'next'
import { connection } from 'next/server'
import { type ReactNode, Suspense } from 'react'
import { SessionProvider } from '@/components/session-provider'
import { SiteFooter } from '@/components/site-footer'
import { SiteHeader } from '@/components/site-header'
import { THEME_SCRIPT } from '@/components/theme-script'
import { FontPreload } from './font'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Clerk cache kit', template: '%s · Clerk cache kit' },
  description:
    'Clerk users and OAuth tokens from Redis in one round trip, and never stale after an invalidation.',
}

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <SessionProvider>
      <html lang="en" suppressHydrationWarning>
        <body className="flex min-h-dvh flex-col font-sans antialiased">
          <FontPreload />
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant, which the Content-Security-Policy names by its hash */}
          <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
          <a
            href="#main"
            className="sr-only focus:not-sr-only focus:fixed focus:top-14.5 focus:left-2 focus:z-20 focus:rounded-md focus:bg-surface focus:px-2 focus:py-0.5 focus:text-sm"
          >
            Skip to content
          </a>
          <SiteHeader />
          <main
            id="main"
            // The link above moves the focus here, and so does what was done where the button is gone.
            tabIndex={-1}
            className="mx-auto w-full max-w-5xl flex-1 px-4 py-8 outline-none has-data-wide:max-w-7xl sm:px-6 sm:py-12"
          >
            {children}
          </main>
          <SiteFooter />
          <Suspense>
            <ScriptsOfRequest />
          </Suspense>
        </body>
      </html>
    </SessionProvider>
  )
}

/**
 * Makes a part of every page wait for the request. Next then leaves its inline scripts out of the static shell, and
 * writes them with the nonce of the request's Content-Security-Policy.
 */
async function ScriptsOfRequest() {
  await connection()
  return null
}
