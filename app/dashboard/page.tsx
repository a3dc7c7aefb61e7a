import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { PageTitle } from '@/components/page-title'
import { PanelSkeleton } from '@/components/panel'
import { signedInAdmin } from '@/lib/auth/page-access.server'
import { isUserId } from '@/lib/cache/clerk-cache'
import { problemToShow } from '@/lib/http/problem-to-show'
import { Dashboard } from './_components/dashboard'
import { Outage } from './_components/outage'

export const metadata: Metadata = { title: 'Dashboard' }

// Not Next's PageProps: that type has only the paths of the app, and this page may be at another.
type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default function DashboardPage({ searchParams }: Props) {
  return (
    <>
      <PageTitle title="Dashboard">
        Shows whether the integrations and the cache work, and what to do if they do not.
      </PageTitle>
      <Suspense fallback={<PanelSkeleton title="Dashboard" height="h-[200vh]" />}>
        <ForAdmins searchParams={searchParams} />
      </Suspense>
    </>
  )
}

async function ForAdmins({ searchParams }: Props) {
  const admin = await signedInAdmin().catch(problemToShow)
  if (admin && 'advice' in admin) return <Outage {...admin} />
  if (!admin)
    return (
      <Notice title="For admins only">
        An admin is a user with the role “admin” in the public metadata.
      </Notice>
    )
  const { user, audit } = await searchParams
  return <Dashboard user={idIn(user)} auditOf={idIn(audit) || undefined} />
}

/** A user's ID; `''` for anything else, which no page repeats. */
function idIn(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined
  return isUserId(value.trim()) ? value.trim() : ''
}
