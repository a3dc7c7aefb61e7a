import type { Metadata } from 'next'
import Link from 'next/link'
import { Avatar } from '@/components/avatar'
import { PanelNote } from '@/components/panel'
import { rolesOf } from '@/lib/cache/clerk-cache'
import { addressOf, type Query, readQuery } from '@/lib/dashboard/list-query'
import { newestUsers } from '@/lib/dashboard/panels.server'
import { nameOf } from '@/lib/dashboard/people'
import { CopyId } from '../_components/copy-id'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { PageHead } from '../_components/page-head'
import { Pager } from '../_components/pager'
import { Ago } from '../_components/time'
import { maskAddress } from '../format'

export const metadata: Metadata = { title: 'Users' }

const PATH = '/dashboard/users'

export default function UsersPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Users" render={async () => render(readQuery(await searchParams).page)} />
}

function render(page: number) {
  const address = (to: number) => addressOf(PATH, { page: to, cursors: [] })
  const found = newestUsers(page).then((read) => ({ ...read, at: Date.now() }))
  found.catch(() => undefined)
  return (
    <>
      <PageHead title="Users" asOf={found}>
        All users of the Clerk instance, the newest first. To find one, search above: press /.
      </PageHead>
      <Frame
        id="users"
        title="All users"
        hidden
        height="h-[60rem]"
        render={async () => {
          const { users, more, at } = await found
          if (users.length === 0) return <PanelNote title="No users on this page" />
          return (
            <>
              <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
                {users.map((user) => (
                  <li
                    key={user.id}
                    className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 md:grid md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_7rem_8rem]"
                  >
                    <span className="flex min-w-0 items-center gap-3">
                      <Avatar src={user.imageUrl} size={32} />
                      <span className="min-w-0">
                        <span className="flex items-center gap-1">
                          <Link
                            href={`${PATH}/${user.id}`}
                            prefetch={false}
                            className="truncate font-medium underline decoration-line underline-offset-2 hover:decoration-current"
                          >
                            {nameOf(user)}
                          </Link>
                          <CopyId id={user.id} of={nameOf(user)} />
                        </span>
                        <span className="block truncate text-soft text-xs">{user.username}</span>
                      </span>
                    </span>
                    <span className="truncate text-soft">
                      {user.primaryEmailAddress && maskAddress(user.primaryEmailAddress.emailAddress)}
                    </span>
                    <span className="text-soft">{rolesOf(user).join(', ')}</span>
                    <span className="text-soft md:text-right">
                      {user.createdAt > 0 && <Ago at={user.createdAt} renderedAt={at} />}
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
