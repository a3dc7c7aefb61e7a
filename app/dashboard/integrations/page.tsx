import type { Metadata } from 'next'
import { type ListQuery, type Query, readQuery } from '@/lib/dashboard/list-query'
import { tokenHealth } from '@/lib/dashboard/panels.server'
import { ChartsPanel } from '../_components/charts-panel'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'
import { ProviderOverview } from '../_components/provider-overview'
import { CardsToCome } from '../_components/to-come'

export const metadata: Metadata = { title: 'Integrations' }

export default function IntegrationsPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Integrations" render={async () => render(readQuery(await searchParams))} />
}

function render({ chart = '1h' }: ListQuery) {
  const health = tokenHealth()
  return (
    <>
      <PageHead title="Integrations" asOf={health}>
        Which providers work, and which users have to reconnect an account.
      </PageHead>
      <div className="space-y-10">
        <Frame
          id="integrations"
          title="Providers"
          hidden
          fallback={
            <CardsToCome
              label="Providers"
              heights={['h-90 sm:h-66', 'h-43 sm:h-30', 'h-63 sm:h-45', 'h-46 sm:h-22']}
            />
          }
          render={async () => ProviderOverview({ found: await health })}
        />
        <ChartsPanel names={['tokens']} range={chart} path="/dashboard/integrations" />
      </div>
    </>
  )
}
