import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { Skeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { currentUserOrganizations } from '@/lib/organizations/current-user-organizations.server'
import { Role } from './role'

export const metadata: Metadata = { title: 'Organizations' }

export default function OrganizationsPage() {
  return (
    <>
      <PageTitle title="Organizations">The organizations that you are a member of, and your role.</PageTitle>
      <Suspense fallback={<Skeleton label="Loading organizations" />}>
        <Organizations />
      </Suspense>
    </>
  )
}

function Organizations() {
  return orOutage(async () => {
    const memberships = await orSignIn(currentUserOrganizations)
    if (memberships.length === 0)
      return (
        <Notice title="No organizations">
          You are not a member of an organization. Ask an admin of one for an invitation.
        </Notice>
      )
    return (
      <ul
        aria-label="Your organizations"
        className="divide-y divide-line rounded-xl border border-line bg-surface"
      >
        {memberships.map(({ id, role, organization }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 p-4">
            <Link
              href={`/organizations/${organization.slug ?? organization.id}`}
              className="wrap-anywhere min-w-0 font-medium underline underline-offset-2"
            >
              <bdi>{organization.name || organization.id}</bdi>
            </Link>
            <Role role={role} />
          </li>
        ))}
      </ul>
    )
  })
}
