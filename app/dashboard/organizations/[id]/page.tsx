import type { Metadata } from 'next'
import { ForAdmins } from '../../_components/for-admins'
import { OrganizationPage } from '../../_components/organization-page'
import { PageSkeleton } from '../../_components/page-skeleton'

export const metadata: Metadata = { title: 'Organization' }

export default function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <ForAdmins
      label="Organization"
      fallback={<PageSkeleton label="Organization" />}
      render={async () => <OrganizationPage id={(await params).id} />}
    />
  )
}
