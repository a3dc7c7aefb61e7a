'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

const PAGES = [
  ['/dashboard', 'Overview'],
  ['/dashboard/users', 'Users'],
  ['/dashboard/organizations', 'Organizations'],
  ['/dashboard/integrations', 'Integrations'],
  ['/dashboard/cache', 'Cache'],
  ['/dashboard/webhooks', 'Webhooks'],
  ['/dashboard/audit', 'Audit'],
] as const

const MENU = 'dashboard-menu'

const isCurrent = (href: string, path: string) =>
  href === '/dashboard' ? path === href : path === href || path.startsWith(`${href}/`)

function Links({ close }: { close?: () => void }) {
  const path = usePathname()
  return (
    <ul className="space-y-0.5">
      {PAGES.map(([href, name]) => (
        <li key={href}>
          <Link
            href={href}
            prefetch={false}
            {...(close && { onClick: close })}
            aria-current={isCurrent(href, path) ? 'page' : undefined}
            className="block rounded-md px-3 py-2 text-soft max-lg:py-2.5 text-sm hover:bg-page hover:text-ink aria-[current=page]:bg-surface max-lg:aria-[current=page]:bg-page aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:ring-1 aria-[current=page]:ring-line"
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** Beside the page where there is room. */
export const DashboardNav = () => (
  <nav aria-label="Dashboard" className="hidden lg:block">
    <div className="sticky top-20">
      <Links />
    </div>
  </nav>
)

/** The same as a menu, where there is less room. */
export function DashboardMenu() {
  const path = usePathname()
  const [, current] = PAGES.find(([href]) => isCurrent(href, path)) ?? PAGES[0]
  return (
    <div className="min-w-0 grow sm:w-44 sm:grow-0 lg:hidden">
      <button
        type="button"
        popoverTarget={MENU}
        className="flex h-9 w-full items-center justify-between gap-2 rounded-md border border-line bg-surface px-3 font-medium text-sm"
      >
        <span className="truncate">
          <span className="sr-only">Pages of the dashboard. This one: </span>
          {current}
        </span>
        <span aria-hidden>☰</span>
      </button>
      <nav
        id={MENU}
        popover="auto"
        aria-label="Dashboard pages"
        // In the top layer, so from the top of the page: the button scrolls with the page, and so does this.
        className="absolute inset-x-4 top-33 m-0 w-auto rounded-lg border border-field bg-surface p-2 text-ink shadow-lg sm:top-37 sm:right-auto sm:left-6 sm:w-56"
      >
        <Links close={() => document.getElementById(MENU)?.hidePopover()} />
      </nav>
    </div>
  )
}
