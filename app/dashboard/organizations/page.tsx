import type { Metadata } from 'next'
import { type Query, readQuery } from '@/lib/dashboard/list-query'
import { newestOrganizations } from '@/lib/dashboard/panels.server'
import { ForAdmins } from '../_components/for-admins'
import { NamedLink } from '../_components/named-link'
import { NewestList } from '../_components/newest-list'
import { countOf } from '../format'

export const metadata: Metadata = { title: 'Organizations' }

const PATH = '/dashboard/organizations'

export default function OrganizationsPage({ searchParams }: { searchParams: Promise<Query> }) {
  return (
    <ForAdmins
      label="Organizations"
      render={async () => <Organizations page={readQuery(await searchParams).page} />}
    />
  )
}

const Organizations = ({ page }: { page: number }) => (
  <NewestList
    title="Organizations"
    path={PATH}
    page={page}
    columns={['Name', 'Slug', 'Members']}
    none={
      <>
        Create one in the{' '}
        <a href="https://dashboard.clerk.com/last-active?path=organizations" className="underline">
          Clerk dashboard
        </a>
        , with Organizations enabled there.
      </>
    }
    kind="organizations"
    meanwhile="Organizations that are cached can be found by their ID or slug."
    read={() => linesOf(page)}
  >
    All organizations of the Clerk instance, newest first.
    <span className="max-sm:hidden"> Press / to search by ID or slug.</span>
  </NewestList>
)

async function linesOf(page: number) {
  const { organizations, more, total } = await newestOrganizations(page)
  const lines = organizations.map(({ organization: { id, name, slug, createdAt }, membersCount }) => ({
    id,
    name: <NamedLink href={`${PATH}/${id}`} id={id} name={name || id} />,
    detail: slug,
    note: membersCount !== null && countOf(membersCount, 'member'),
    createdAt,
  }))
  return { lines, more, total: total !== null && countOf(total, 'organization') }
}
