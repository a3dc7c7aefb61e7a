'use client'

import { useUser } from '@clerk/nextjs'
import Link from 'next/link'
import { usePathname } from 'next/navigation'

const item =
  'rounded-md px-1 py-1.5 text-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink sm:px-3'

/** `isAdmin`: only admins can open the dashboard, so only they see the link. */
export function NavLinks({ path = '', isAdmin = false }: { path?: string; isAdmin?: boolean }) {
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
      <Link href="/guides" className={`${item} hidden md:block`} aria-current={current('/guides')}>
        Guides
      </Link>
      {isAdmin && (
        <a href="/dashboard" className={item} aria-current={current('/dashboard')}>
          Dashboard
        </a>
      )}
    </>
  )
}

export function CurrentNav() {
  const role = useUser().user?.publicMetadata.role
  return <NavLinks path={usePathname()} isAdmin={[role].flat().includes('admin')} />
}
