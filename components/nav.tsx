'use client'

import { useUser } from '@clerk/nextjs'
import Link from 'next/link'
import { usePathname } from 'next/navigation'

/**
 * `isAdmin`: only admins can open the dashboard, so only they see the link. The header has the classes, once: React puts
 * what is longer than 500 bytes and under a Suspense boundary at the end of a long page, with an inline script that moves
 * it. A static page has no nonce for that script.
 */
export function NavLinks({ path = '', isAdmin = false }: { path?: string; isAdmin?: boolean }) {
  const current = (href: string) => (path === href || path.startsWith(`${href}/`) ? 'page' : undefined)
  return (
    <>
      <Link href="/experts" aria-current={current('/experts')}>
        Experts
      </Link>
      {/* Full page loads: signed out, these redirect to another origin, which client-side navigation cannot follow. */}
      <a href="/calendar" aria-current={current('/calendar')}>
        Calendar
      </a>
      {/* Where it does not fit, the footer has it. */}
      <Link href="/guides" className="@max-[20rem]:hidden" aria-current={current('/guides')}>
        Guides
      </Link>
      {isAdmin && (
        // Last, because it is known late, and must not move what is there. Where it does not fit, the account menu has it.
        <a href="/dashboard" className="@max-[23rem]:hidden" aria-current={current('/dashboard')}>
          Dashboard
        </a>
      )}
    </>
  )
}

/** Only for what is shown: the server checks it again. */
export const isAdmin = (user: ReturnType<typeof useUser>['user']): boolean =>
  [user?.publicMetadata.role].flat().includes('admin')

export function CurrentNav() {
  const path = usePathname()
  const { isLoaded, user } = useUser()
  // Who opens the dashboard is most likely an admin: the link has its place before it is known.
  return <NavLinks path={path} isAdmin={isLoaded ? isAdmin(user) : path.startsWith('/dashboard')} />
}
