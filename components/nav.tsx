'use client'

import { useUser } from '@clerk/nextjs'
import Link from 'next/link'
import { usePathname } from 'next/navigation'

const item =
  'rounded-md px-1 py-1.5 text-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink sm:px-3'

/** Whether the link of the dashboard is shown. Who may open it is decided where its data is read. */
function useIsAdmin(): boolean {
  const { user } = useUser()
  const role = user?.publicMetadata.role
  return role === 'admin' || (Array.isArray(role) && role.includes('admin'))
}

export function NavLinks({ path = '' }: { path?: string }) {
  const isAdmin = useIsAdmin()
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
      {isAdmin && (
        <a href="/dashboard" className={item} aria-current={current('/dashboard')}>
          Dashboard
        </a>
      )}
    </>
  )
}

export function CurrentNav() {
  return <NavLinks path={usePathname()} />
}
