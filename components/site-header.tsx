import Link from 'next/link'
import { Suspense } from 'react'
import { AccountMenu } from './account-menu'
import { CurrentNav, NavLinks } from './nav'

const NAV =
  '-mx-1 flex min-w-0 overflow-x-auto p-1 text-sm *:rounded-md *:px-1.5 *:py-1.5 *:text-soft *:hover:text-ink *:aria-[current=page]:font-medium *:aria-[current=page]:text-ink @min-[25rem]:*:px-2 @min-[48rem]:gap-1 @min-[48rem]:*:px-3'

/** It changes with its width in `rem`, so that it also fits where the text is larger. */
export function SiteHeader() {
  return (
    <header className="@container sticky top-0 z-10 border-line border-b bg-surface">
      <div className="mx-auto flex h-14 max-w-5xl items-center in-[body:has([data-wide])]:max-w-7xl gap-1 px-3 @min-[22rem]:px-4 @min-[40rem]:px-6 @min-[48rem]:gap-6">
        <Link
          href="/"
          className="flex min-w-6 shrink-[99] items-center gap-2 font-semibold"
          aria-label="Clerk cache kit, home"
        >
          {/* biome-ignore lint/performance/noImgElement: an SVG icon of 200 bytes needs no optimizer */}
          <img src="/icon.svg" alt="" width={24} height={24} className="size-6 shrink-0" />
          <span className="hidden truncate @min-[48rem]:inline">Clerk cache kit</span>
        </Link>
        <nav aria-label="Main" className={NAV}>
          <Suspense fallback={<NavLinks />}>
            <CurrentNav />
          </Suspense>
        </nav>
        {/* The picture and the name end where the page ends, without the space around them. */}
        <div className="ml-auto shrink-0 has-[img]:-mr-1 @min-[48rem]:has-[img]:-mr-3">
          <AccountMenu />
        </div>
      </div>
    </header>
  )
}
