import type { Metadata } from 'next'
import { ForAdmins } from '../../_components/for-admins'
import { OrganizationPage } from '../../_components/organization-page'

export const metadata: Metadata = { title: 'Organization' }

export default function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ForAdmins label="Organization" render={async () => <OrganizationPage id={(await params).id} />} />
}
