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

/** Beside the page where there is room, otherwise a menu. */
export function DashboardNav() {
  const path = usePathname()
  const isCurrent = (href: string) =>
    href === '/dashboard' ? path === href : path === href || path.startsWith(`${href}/`)
  const [, current] = PAGES.find(([href]) => isCurrent(href)) ?? PAGES[0]
  const links = (close?: () => void) => (
    <ul className="space-y-0.5">
      {PAGES.map(([href, name]) => (
        <li key={href}>
          <Link
            href={href}
            prefetch={false}
            {...(close && { onClick: close })}
            aria-current={isCurrent(href) ? 'page' : undefined}
            className="block rounded-md px-3 py-2 text-soft text-sm hover:bg-surface hover:text-ink aria-[current=page]:bg-surface aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:ring-1 aria-[current=page]:ring-line"
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  )
  return (
    <>
      <nav aria-label="Dashboard" className="hidden lg:block">
        <div className="sticky top-20">{links()}</div>
      </nav>
      <div className="mb-4 lg:hidden">
        <button
          type="button"
          popoverTarget={MENU}
          className="flex h-10 w-full items-center justify-between rounded-md border border-line bg-surface px-3 font-medium text-sm"
        >
          <span>
            <span className="sr-only">Pages of the dashboard. This one: </span>
            {current}
          </span>
          <span aria-hidden>☰</span>
        </button>
        <nav
          id={MENU}
          popover="auto"
          aria-label="Dashboard pages"
          className="fixed inset-x-4 top-32 m-0 w-auto rounded-lg border border-line bg-page p-2 text-ink shadow-lg"
        >
          {links(() => document.getElementById(MENU)?.hidePopover())}
        </nav>
      </div>
    </>
  )
}
