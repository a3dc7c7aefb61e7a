import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { Skeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { currentUserOrganizations } from '@/lib/organizations/current-user-organizations.server'

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
    if (memberships.length === 0) return <p className="text-soft">You are in no organization.</p>
    return (
      <ul aria-label="Your organizations" className="rounded-xl border border-line bg-surface">
        {memberships.map(({ id, role, organization }) => (
          <li key={id} className="flex justify-between gap-4 border-line border-b p-4 last:border-b-0">
            <Link
              href={`/organizations/${organization.slug ?? organization.id}`}
              className="wrap-anywhere font-medium underline"
            >
              {organization.name || organization.id}
            </Link>
            <code className="text-soft text-sm">{role}</code>
          </li>
        ))}
      </ul>
    )
  })
}
