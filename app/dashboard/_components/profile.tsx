import type { ReactNode } from 'react'
import { Avatar } from '@/components/avatar'
import { Status } from '@/components/status'
import { rolesOf } from '@/lib/cache/clerk-cache'
import type { SelectedUser } from '@/lib/dashboard/panels.server'
import { nameOf, pictureOf } from '@/lib/dashboard/people'
import { blockedAs, maskAddress } from '../format'
import { AsOf } from './as-of'
import { CopyId } from './copy-id'
import { Heading } from './heading'
import { Terms } from './terms'
import { Ago } from './time'

type Props = { user: SelectedUser['user']; at: number; children: ReactNode }

/** Who it is, and a line about it. Addresses are masked: to see them, open the user in Clerk. */
export function Profile({ user, at, children }: Props) {
  const name = nameOf(user)
  const { primaryEmailAddress, username, createdAt, lastActiveAt, lastSignInAt } = user
  const when = (time: number | null) => (time ? <Ago at={time} renderedAt={at} /> : 'unknown')
  const blocked = blockedAs(user)
  return (
    <header className="mb-8">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <Avatar src={pictureOf(user)} size={56} />
        <div className="min-w-0 flex-1 basis-44">
          <Heading
            dir="auto"
            className="wrap-anywhere font-semibold text-left text-xl tracking-tight sm:text-2xl"
          >
            {name}
          </Heading>
          <p className="flex items-center gap-1 text-soft text-sm">
            <code className="break-all text-xs">{user.id}</code>
            <CopyId id={user.id} of={name} />
          </p>
        </div>
        <AsOf at={at} live={false} />
      </div>
      {blocked && (
        <p className="mt-3">
          <Status tone="bad">{`${blocked}: this user is refused everywhere`}</Status>
        </p>
      )}
      <Terms
        wide
        lines={[
          ['Username', username ?? 'none'],
          ['Email', primaryEmailAddress ? maskAddress(primaryEmailAddress.emailAddress) : 'none'],
          ['Roles', rolesOf(user).join(', ') || 'none'],
          ['Created', when(createdAt)],
          ['Last active', when(lastActiveAt)],
          ['Last sign-in', when(lastSignInAt)],
        ]}
      />
      <p className="mt-3 text-sm">{children}</p>
    </header>
  )
}
