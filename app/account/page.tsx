import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { ListSkeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { ownIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { currentOutage } from '@/lib/process/current-outage'
import { ConnectionList, isUnchecked } from './connection-list'

export const metadata: Metadata = { title: 'Connections' }

/** A fixed address for links: only Clerk's script knows where its account page is. */
export default function AccountPage() {
  return (
    <>
      <PageTitle title="Connections">Connect your accounts, and fix one that stops working.</PageTitle>
      <Suspense fallback={<ListSkeleton label="Loading connections" rows={7} height="h-21" />}>
        <Connections />
      </Suspense>
    </>
  )
}

const Connections = () =>
  orOutage('Your connections', async () => {
    const integrations = await orSignIn(ownIntegrations)
    const outage = integrations.some(isUnchecked) ? await currentOutage() : null
    return (
      <>
        <ConnectionList integrations={integrations} back="/account" cause={outage?.title} />
        {/* It leads to a page of Clerk. */}
        {outage?.code !== 'clerk_unavailable' && (
          <p className="mt-6">
            <AccountLink style="outline">Manage account</AccountLink>
          </p>
        )}
      </>
    )
  })
