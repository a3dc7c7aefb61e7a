import type { Metadata } from 'next'
import { AccountLink } from '@/components/account-link'
import { PageTitle } from '@/components/page-title'
import { GoToAccount } from './go-to-account'

export const metadata: Metadata = { title: 'Account' }

/** A fixed address for links: only Clerk's script knows where its account page is. */
export default function AccountPage() {
  return (
    <>
      <PageTitle title="Account">Connect and disconnect accounts, and grant permissions.</PageTitle>
      <GoToAccount />
      <AccountLink>Open your account page</AccountLink>
    </>
  )
}
