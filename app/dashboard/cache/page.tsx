import type { Metadata } from 'next'
import { cacheHealth } from '@/lib/dashboard/panels.server'
import { CacheHealthView } from '../_components/cache-health-view'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'

export const metadata: Metadata = { title: 'Cache' }

export default function CachePage() {
  return <ForAdmins label="Cache" render={render} />
}

function render() {
  const health = cacheHealth()
  return (
    <>
      <PageHead title="Cache" asOf={health} live>
        Whether Redis and Clerk answer, how fast, and what the cache saves.
      </PageHead>
      <Frame
        id="cache"
        title="Cache health"
        hidden
        height="h-[56rem] sm:h-[34rem]"
        render={async () => <CacheHealthView initial={await health} />}
      />
    </>
  )
}
