import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { button } from '@/components/button'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { ListSkeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { currentUserOrganizations } from '@/lib/organizations/current-user-organizations.server'
import { Role } from './role'

export const metadata: Metadata = { title: 'Organizations' }

export default function OrganizationsPage() {
  return (
    <>
      <PageTitle title="Organizations">The organizations you belong to, and your role in each.</PageTitle>
      <Suspense fallback={<ListSkeleton label="Loading organizations" rows={2} height="h-17" />}>
        <Organizations />
      </Suspense>
    </>
  )
}

function Organizations() {
  return orOutage('Your organizations', async () => {
    const memberships = await orSignIn(currentUserOrganizations)
    if (memberships.length === 0)
      return (
        <Notice title="No organizations">
          <p>You don’t belong to any organization yet. Ask an admin to invite you.</p>
          <Link href="/profile" className={button('outline')}>
            Your profile
          </Link>
        </Notice>
      )
    return (
      <ul
        aria-label="Your organizations"
        className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
      >
        {memberships.map(({ id, role, organization }) => (
          <li key={id}>
            <Link
              href={`/organizations/${organization.slug ?? organization.id}`}
              className="-outline-offset-2 flex items-center gap-4 p-5 hover:bg-page"
            >
              <span className="flex min-w-0 grow flex-wrap items-center justify-between gap-x-4 gap-y-1">
                <span className="wrap-anywhere min-w-0 font-medium">
                  <bdi>{organization.name || organization.id}</bdi>
                </span>
                <Role role={role} />
              </span>
              <span aria-hidden className="text-soft">
                →
              </span>
            </Link>
          </li>
        ))}
      </ul>
    )
  })
}
