import type { Metadata } from 'next'
import { type ListQuery, type Query, readQuery } from '@/lib/dashboard/list-query'
import { cacheHealth } from '@/lib/dashboard/panels.server'
import { CacheHealthView } from '../_components/cache-health-view'
import { ChartsPanel } from '../_components/charts-panel'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'
import { CardsToCome } from '../_components/to-come'

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
          fallback={
            <CardsToCome
              label="Cache health"
              heights={['h-35.5', 'h-35.5', 'h-31.5', 'h-31.5', 'mt-12 h-56 sm:col-span-2']}
              side="sm:grid-cols-2"
            />
          }
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
