import type { Metadata } from 'next'
import { type ListQuery, type Query, readQuery } from '@/lib/dashboard/list-query'
import { cacheHealth } from '@/lib/dashboard/panels.server'
import { CacheHealthView } from '../_components/cache-health-view'
import { ChartsPanel } from '../_components/charts-panel'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'

export const metadata: Metadata = { title: 'Cache' }

export default function CachePage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Cache" render={async () => render(readQuery(await searchParams))} />
}

function render({ chart = '1h' }: ListQuery) {
  const health = cacheHealth()
  return (
    <>
      <PageHead title="Cache" asOf={health} live>
        Whether Redis and Clerk answer, how fast they are, and what the cache saves.
      </PageHead>
      <div className="space-y-10">
        <Frame
          id="cache"
          title="Cache health"
          hidden
          height="h-[56rem] sm:h-[34rem]"
          render={async () => <CacheHealthView initial={await health} />}
        />
        <ChartsPanel
          names={['hitRate', 'reads', 'clerk', 'redisLatency', 'clerkLatency']}
          range={chart}
          path="/dashboard/cache"
        />
      </div>
    </>
  )
}
