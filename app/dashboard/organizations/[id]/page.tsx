import type { Metadata } from 'next'
import { ForAdmins } from '../../_components/for-admins'
import { OrganizationPage } from '../../_components/organization-page'
import { OrganizationToCome } from '../../_components/page-to-come'

export const metadata: Metadata = { title: 'Organization' }

export default function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <ForAdmins
      label="Organization"
      fallback={<OrganizationToCome />}
      render={async () => <OrganizationPage id={(await params).id} />}
    />
  )
}
