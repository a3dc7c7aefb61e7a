import type { Metadata } from 'next'
import { cacheHealth } from '@/lib/dashboard/panels.server'
import { ForAdmins } from './_components/for-admins'
import { Overview } from './_components/overview'
import { PageHead } from './_components/page-head'

export const metadata: Metadata = { title: { absolute: 'Dashboard' } }

export default function OverviewPage() {
  return <ForAdmins label="Overview" render={render} />
}

function render() {
  const health = cacheHealth()
  return (
    <>
      <PageHead title="Overview" asOf={health} live />
      <Overview health={health} />
    </>
  )
}
