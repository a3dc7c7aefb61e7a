'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

const item =
  'rounded-md px-1 py-1.5 text-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink sm:px-3'

export function NavLinks({ path = '' }: { path?: string }) {
  const current = (href: string) => (path === href || path.startsWith(`${href}/`) ? 'page' : undefined)
  return (
    <>
      <Link href="/experts" className={item} aria-current={current('/experts')}>
        Experts
      </Link>
      {/* Full page loads: signed out, these redirect to another origin, which client-side navigation cannot follow. */}
      <a href="/calendar" className={item} aria-current={current('/calendar')}>
        Calendar
      </a>
      <a href="/dashboard" className={item} aria-current={current('/dashboard')}>
        Dashboard
      </a>
    </>
  )
}

export function CurrentNav() {
  return <NavLinks path={usePathname()} />
}
