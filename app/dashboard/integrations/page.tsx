import type { Metadata } from 'next'
import { tokenHealth } from '@/lib/dashboard/panels.server'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'
import { ProviderOverview } from '../_components/provider-overview'

export const metadata: Metadata = { title: 'Integrations' }

export default function IntegrationsPage() {
  return <ForAdmins label="Integrations" render={render} />
}

function render() {
  const health = tokenHealth()
  return (
    <>
      <PageHead title="Integrations" asOf={health}>
        Whether users get their tokens, and who has to reconnect an account.
      </PageHead>
      <Frame
        id="integrations"
        title="Providers"
        hidden
        height="h-64"
        render={async () => ProviderOverview({ found: await health })}
      />
    </>
  )
}
