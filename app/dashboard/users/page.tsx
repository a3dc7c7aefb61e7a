import type { Metadata } from 'next'
import { Avatar } from '@/components/avatar'
import { Status } from '@/components/status'
import { rolesOf } from '@/lib/cache/clerk-cache'
import { type Query, readQuery } from '@/lib/dashboard/list-query'
import { newestUsers } from '@/lib/dashboard/panels.server'
import { nameOf, pictureOf } from '@/lib/dashboard/people'
import { ForAdmins } from '../_components/for-admins'
import { NamedLink } from '../_components/named-link'
import { NewestList } from '../_components/newest-list'
import { blockedAs, maskAddress } from '../format'

export const metadata: Metadata = { title: 'Users' }

const PATH = '/dashboard/users'

export default function UsersPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Users" render={async () => <Users page={readQuery(await searchParams).page} />} />
}

const Users = ({ page }: { page: number }) => (
  <NewestList
    title="Users"
    path={PATH}
    page={page}
    columns={['Name', 'Email address', 'Roles']}
    none="Who signs up appears here."
    meanwhile="Users who are cached can be found by their whole ID, username or email address."
    kind="people"
    read={() => linesOf(page)}
  >
    All users of the Clerk instance, newest first.<span className="max-sm:hidden"> Press / to search.</span>
  </NewestList>
)

async function linesOf(page: number) {
  const { users, more } = await newestUsers(page)
  const lines = users.map((user) => ({
    id: user.id,
    name: (
      <span className="flex min-w-0 items-center gap-3 [&>img]:self-center">
        <Avatar src={pictureOf(user)} size={32} />
        <span className="min-w-0">
          <NamedLink href={`${PATH}/${user.id}`} id={user.id} name={nameOf(user)} />
          <span className="flex gap-2 text-xs">
            {blockedAs(user) && (
              <span className="shrink-0">
                <Status tone="bad">{blockedAs(user) ?? ''}</Status>
              </span>
            )}
            <span className="truncate text-soft">{user.username}</span>
          </span>
        </span>
      </span>
    ),
    detail: user.primaryEmailAddress && maskAddress(user.primaryEmailAddress.emailAddress),
    note: rolesOf(user).join(', '),
    createdAt: user.createdAt,
  }))
  return { lines, more }
}
