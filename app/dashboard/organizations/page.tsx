import type { Metadata } from 'next'
import Link from 'next/link'
import { PanelNote } from '@/components/panel'
import { addressOf, type Query, readQuery } from '@/lib/dashboard/list-query'
import { newestOrganizations } from '@/lib/dashboard/panels.server'
import { CopyId } from '../_components/copy-id'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'
import { Pager } from '../_components/pager'
import { Ago } from '../_components/time'
import { countOf } from '../format'

export const metadata: Metadata = { title: 'Organizations' }

const PATH = '/dashboard/organizations'

export default function OrganizationsPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Organizations" render={async () => render(readQuery(await searchParams).page)} />
}

function render(page: number) {
  const address = (to: number) => addressOf(PATH, { page: to, cursors: [] })
  const found = newestOrganizations(page).then((read) => ({ ...read, at: Date.now() }))
  found.catch(() => undefined)
  return (
    <>
      <PageHead title="Organizations" asOf={found}>
        All organizations of the Clerk instance, the newest first. To find one by ID or slug, search above:
        press /.
      </PageHead>
      <Frame
        id="organizations"
        title="All organizations"
        hidden
        height="h-[60rem]"
        render={async () => {
          const { organizations, more, at } = await found
          if (organizations.length === 0) return <PanelNote title="No organizations on this page" />
          return (
            <>
              <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
                {organizations.map(({ organization: { id, name, slug, createdAt }, membersCount }) => (
                  <li
                    key={id}
                    className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 md:grid md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_7rem_8rem]"
                  >
                    <span className="flex min-w-0 items-center gap-1">
                      <Link
                        href={`${PATH}/${id}`}
                        prefetch={false}
                        className="truncate font-medium underline decoration-line underline-offset-2 hover:decoration-current"
                      >
                        {name || id}
                      </Link>
                      <CopyId id={id} of={name || id} />
                    </span>
                    <span className="truncate text-soft">{slug}</span>
                    <span className="text-soft">
                      {membersCount !== null && countOf(membersCount, 'member')}
                    </span>
                    <span className="text-soft md:text-right">
                      {createdAt > 0 && <Ago at={createdAt} renderedAt={at} />}
                    </span>
                  </li>
                ))}
              </ul>
              <Pager
                newer={page > 1 ? address(page - 1) : undefined}
                older={more ? address(page + 1) : undefined}
              />
            </>
          )
        }}
      />
    </>
  )
}
