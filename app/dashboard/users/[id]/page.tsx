import type { Metadata } from 'next'
import { ForAdmins } from '../../_components/for-admins'
import { PageSkeleton } from '../../_components/page-skeleton'
import { PersonPage } from '../../_components/person-page'

export const metadata: Metadata = { title: 'User' }

export default function UserPage({ params }: { params: Promise<{ id: string }> }) {
  return (
    <ForAdmins
      label="User"
      fallback={<PageSkeleton label="User" />}
      render={async () => <PersonPage id={(await params).id} />}
    />
  )
}
