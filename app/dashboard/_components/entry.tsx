import { Status } from '@/components/status'
import { rolesOf } from '@/lib/cache/clerk-cache'
import type { UserEntry } from '@/lib/cache/inspect-user'
import type { SelectedUser } from '@/lib/dashboard/panels.server'
import { invalidate, warm } from '../actions'
import { formatDuration, formatNumber, formatTime } from '../format'
import { ActionButton } from './action-button'
import { AsOf } from './as-of'
import { Expecting, Reporting } from './reporting'
import { Terms } from './terms'
import { Unavailable } from './unavailable'

type User = SelectedUser['user']

/** The selected user's cache entry, redacted, and what can be done with it. */
export function Entry({ user, entry }: SelectedUser) {
  if ('unavailable' in entry)
    return <Unavailable what="Users are read from Clerk meanwhile." {...entry} reason={entry.unavailable} />
  const fields = { userId: user.id }
  return (
    <Reporting>
      <div className="rounded-xl border border-line bg-surface p-5">
        <Expecting doing="invalidate" then={<Heading user={user} cached={false} />}>
          <Expecting doing="warm" then={<Heading user={user} cached />}>
            <Heading user={user} cached={entry.data.value !== undefined} />
            <Facts entry={entry.data} at={entry.at} />
          </Expecting>
        </Expecting>
        <div className="mt-4 flex flex-wrap gap-3">
          <ActionButton
            {...{ action: invalidate, fields }}
            doing="invalidate"
            label="Invalidate"
            busy="Invalidating…"
          />
          <ActionButton {...{ action: warm, fields }} doing="warm" label="Warm" busy="Loading…" />
        </div>
      </div>
      <AsOf at={entry.at} />
    </Reporting>
  )
}

const Heading = ({ user, cached }: { user: User; cached: boolean }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
    <h3 className="font-semibold">{user.fullName ?? user.username ?? user.id}</h3>
    <Status tone={cached ? 'good' : 'idle'}>{cached ? 'In Redis' : 'Not cached'}</Status>
  </div>
)

/** `m•••@example.com` */
const masked = (address: string) => address.replace(/^(.)[^@]*/, '$1•••')

function Facts({ entry, at }: { entry: UserEntry; at: number }) {
  const { value, version, bytes, oldestAge, hardSeconds, freshSeconds, revokedSeconds } = entry
  if (value === undefined)
    return (
      <p className="mt-2 text-soft text-sm">
        This user was not cached when the page was opened. Showing the page loaded the user from Clerk.
      </p>
    )
  const lines: [string, string][] = [
    ['Layer', 'Redis'],
    ['Age', oldestAge === null ? 'unknown' : `at most ${formatDuration(oldestAge)}`],
    ['Expires in', hardSeconds === null ? 'expired' : formatDuration(hardSeconds)],
    ['Fresh for', freshSeconds === null ? 'the next read refreshes it' : formatDuration(freshSeconds)],
    ['Version', String(version)],
    ['Size', `${formatNumber(bytes)} bytes`],
    ...(revokedSeconds === null
      ? []
      : [['Revoked for', formatDuration(revokedSeconds)] satisfies [string, string]]),
    ...(value === null
      ? [['Value', 'the user does not exist'] satisfies [string, string]]
      : ([
          ['ID', value.id],
          ['Username', value.username ?? 'none'],
          ['Email', value.primaryEmailAddress ? masked(value.primaryEmailAddress.emailAddress) : 'none'],
          ['Roles', rolesOf(value).join(', ') || 'none'],
          ['Public metadata', Object.keys(value.publicMetadata).join(', ') || 'none'],
          ['Changed at Clerk', formatTime(value.updatedAt, at)],
        ] satisfies [string, string][])),
  ]
  return <Terms lines={lines} wide />
}
