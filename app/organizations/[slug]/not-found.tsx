import type { Metadata } from 'next'
import Link from 'next/link'
import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export const metadata: Metadata = { title: 'Organization not found' }

export default function NotFound() {
  return (
    <>
      <PageTitle title="Organization not found">
        This organization does not exist, or you are not a member of it.
      </PageTitle>
      <Link href="/organizations" className={button()}>
        Your organizations
      </Link>
    </>
  )
}
