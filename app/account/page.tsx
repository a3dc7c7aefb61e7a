import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { ListSkeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { ownIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { ConnectionList } from './connection-list'

export const metadata: Metadata = { title: 'Connections' }

/** A fixed address for links: only Clerk's script knows where its account page is. */
export default function AccountPage() {
  return (
    <>
      <PageTitle title="Connections">
        The accounts that you have connected, and what to do where one does not work.
      </PageTitle>
      <Suspense fallback={<ListSkeleton label="Loading connections" rows={7} height="h-21" />}>
        <Connections />
      </Suspense>
      {/* It has no place until it is known how long the list is. */}
      <p className="in-[main:has([data-loading])]:invisible mt-6">
        <AccountLink style="outline">Manage account</AccountLink>
      </p>
    </>
  )
}

const Connections = () =>
  orOutage(async () => <ConnectionList integrations={await orSignIn(ownIntegrations)} back="/account" />)
