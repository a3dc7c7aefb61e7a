import { Status } from '@/components/status'
import { rolesOf } from '@/lib/cache/clerk-cache'
import type { UserEntry } from '@/lib/cache/inspect-user'
import { entryOf } from '@/lib/dashboard/panels.server'
import { invalidate, warm } from '../actions'
import { count, lasting, timeOf } from '../format'
import { ActionButton } from './action-button'
import { AsOf } from './as-of'
import { Expecting, Reporting } from './reporting'
import { Terms } from './terms'
import { Unavailable } from './unavailable'

type User = { id: string; fullName: string | null; username: string | null }

/** What the cache holds of the chosen user, redacted, and what can be done about it. */
export async function Entry({ user }: { user: User }) {
  const found = await entryOf(user.id)
  if ('unavailable' in found)
    return <Unavailable what="Users are read from Clerk meanwhile." {...found} reason={found.unavailable} />
  const fields = { userId: user.id }
  return (
    <Reporting>
      <div className="rounded-xl border border-line bg-surface p-5">
        <Expecting doing="invalidate" then={<Heading user={user} held={false} />}>
          <Expecting doing="warm" then={<Heading user={user} held />}>
            <Heading user={user} held={found.data.value !== undefined} />
            <Facts entry={found.data} at={found.at} />
          </Expecting>
        </Expecting>
        <div className="mt-4 flex flex-wrap gap-3">
          <ActionButton
            {...{ action: invalidate, fields }}
            doing="invalidate"
            label="Invalidate"
            busy="Forgetting…"
          />
          <ActionButton {...{ action: warm, fields }} doing="warm" label="Warm" busy="Loading…" />
        </div>
      </div>
      <AsOf at={found.at} />
    </Reporting>
  )
}

const Heading = ({ user, held }: { user: User; held: boolean }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
    <h3 className="font-semibold">{user.fullName ?? user.username ?? user.id}</h3>
    <Status tone={held ? 'good' : 'idle'}>{held ? 'In Redis' : 'Not cached'}</Status>
  </div>
)

/** `m•••@example.com` */
const masked = (address: string) => address.replace(/^(.)[^@]*/, '$1•••')

function Facts({ entry, at }: { entry: UserEntry; at: number }) {
  const { value, version, bytes, oldestAge, hardSeconds, freshSeconds, revokedSeconds } = entry
  if (value === undefined)
    return <p className="mt-2 text-soft text-sm">The next read asks Clerk and stores the answer.</p>
  const lines: [string, string][] = [
    ['Layer', 'Redis'],
    ['Age', oldestAge === null ? 'not known with this TTL' : `${lasting(oldestAge)} at most`],
    ['Expires in', hardSeconds === null ? 'expired' : lasting(hardSeconds)],
    ['Fresh for', freshSeconds === null ? 'the next read refreshes it' : lasting(freshSeconds)],
    ['Version', String(version)],
    ['Size', `${count(bytes)} bytes`],
    ...(revokedSeconds === null ? [] : [['Refused for', lasting(revokedSeconds)] satisfies [string, string]]),
    ...(value === null
      ? [['Value', 'there is no such user'] satisfies [string, string]]
      : ([
          ['Id', value.id],
          ['Username', value.username ?? 'none'],
          ['E-mail', value.primaryEmailAddress ? masked(value.primaryEmailAddress.emailAddress) : 'none'],
          ['Roles', rolesOf(value).join(', ') || 'none'],
          ['Public metadata', Object.keys(value.publicMetadata).join(', ') || 'none'],
          ['Changed at Clerk', timeOf(value.updatedAt, at)],
        ] satisfies [string, string][])),
  ]
  return <Terms lines={lines} wide />
}
