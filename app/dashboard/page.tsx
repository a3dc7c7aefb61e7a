import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { PageTitle } from '@/components/page-title'
import { PanelSkeleton } from '@/components/panel'
import { signedInAdmin } from '@/lib/auth/page-access.server'
import { problemToShow } from '@/lib/http/problem-to-show'
import { Dashboard } from './_components/dashboard'
import { Outage } from './_components/outage'

export const metadata: Metadata = { title: 'Dashboard' }

export default function DashboardPage({ searchParams }: PageProps<'/dashboard'>) {
  return (
    <>
      <PageTitle title="Dashboard">
        Is every integration healthy, is the cache doing its job, and what helps if not.
      </PageTitle>
      <Suspense fallback={<PanelSkeleton title="Dashboard" height="h-[200vh]" />}>
        <ForAdmins searchParams={searchParams} />
      </Suspense>
    </>
  )
}

async function ForAdmins({ searchParams }: Pick<PageProps<'/dashboard'>, 'searchParams'>) {
  const admin = await signedInAdmin().catch(problemToShow)
  if (admin && 'advice' in admin) return <Outage {...admin} />
  if (!admin)
    return (
      <Notice title="For admins only">An admin is a user whose public metadata has the role “admin”.</Notice>
    )
  const { user, audit } = await searchParams
  return <Dashboard asked={one(user)} auditOf={one(audit)} />
}

const one = (value: string | string[] | undefined) =>
  typeof value === 'string' ? value.trim() || undefined : undefined
