import type { Metadata } from 'next'
import { ForAdmins } from '../../_components/for-admins'
import { UserToCome } from '../../_components/page-to-come'
import { PersonPage } from '../../_components/person-page'

export const metadata: Metadata = { title: 'User' }

export default function UserPage({ params }: { params: Promise<{ id: string }> }) {
  return (
    <ForAdmins
      label="User"
      fallback={<UserToCome />}
      render={async () => <PersonPage id={(await params).id} />}
    />
  )
}
