import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { Skeleton } from '@/components/skeleton'
import { orSignIn } from '@/lib/auth/page-access.server'
import { ownIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { ConnectionList } from './connection-list'

export const metadata: Metadata = { title: 'Account' }

/** A fixed address for links: only Clerk's script knows where its account page is. */
export default function AccountPage() {
  return (
    <>
      <PageTitle title="Account">
        The accounts that you have connected, and what each of them needs.
      </PageTitle>
      <Suspense fallback={<Skeleton label="Loading connections" size="h-96" />}>
        <Connections />
      </Suspense>
      <p className="mt-6">
        <AccountLink style="outline">Open your account page</AccountLink>
      </p>
    </>
  )
}

const Connections = () =>
  orOutage(async () => <ConnectionList integrations={await orSignIn(ownIntegrations)} back="/account" />)
