import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { signedInAdmin } from '@/lib/auth/page-access.server'
import { getClerkCacheStats } from '@/lib/cache/clerk-cache-utils'
import { checkHealth } from '@/lib/health'
import { Dependencies } from './_components/dependencies'
import { LookupTable } from './_components/lookup-table'

export const metadata: Metadata = { title: 'Dashboard' }

export default function DashboardPage() {
  return (
    <>
      <PageTitle title="Dashboard">What the app stands on, and what the cache does for it.</PageTitle>
      <Suspense
        fallback={
          <div
            role="status"
            aria-label="Loading"
            className="h-72 rounded-xl border border-line bg-surface motion-safe:animate-pulse"
          />
        }
      >
        <Panels />
      </Suspense>
    </>
  )
}

function Panels() {
  return orOutage(async () => {
    if (!(await signedInAdmin()))
      return (
        <Notice title="For admins only">
          An admin is a user whose public metadata has the role “admin”.
        </Notice>
      )
    const [health, stats] = await Promise.all([checkHealth(), getClerkCacheStats()])
    return (
      <div className="space-y-8">
        <Dependencies health={health} />
        <LookupTable lookups={stats.lookups} />
      </div>
    )
  })
}
