import { Status } from '@/components/status'
import type { UserEntry } from '@/lib/cache/inspect-user'
import type { SelectedUser } from '@/lib/dashboard/panels.server'
import { nameOf } from '@/lib/dashboard/people'
import { invalidate, warm } from '../actions'
import { formatDuration, formatNumber } from '../format'
import { ActionButton } from './action-button'
import { EntryLine } from './entry-line'
import { Expecting } from './expecting'
import { type TermLine, Terms } from './terms'
import { Ago } from './time'
import { Unavailable } from './unavailable'

/** What was cached about the user before the page read anything, without the values, and what can be done with it. */
export function CacheEntries({ user, entries }: SelectedUser) {
  if ('unavailable' in entries)
    return <Unavailable what="What is cached" meanwhile={MEANWHILE} {...entries} />
  const fields = { userId: user.id }
  const { user: entry, others } = entries.data
  const isCached = entry.value !== undefined
  const uncached = others.filter(({ cached }) => !cached)
  return (
    <div className="rounded-xl border border-line bg-surface">
      <div className="p-5">
        <Expecting doing="invalidate" then={<Heading cached={false} />}>
          <Expecting doing="warm" then={<Heading cached />}>
            <Heading cached={isCached} />
            <Facts entry={entry} at={entries.at} />
          </Expecting>
        </Expecting>
        <div className="mt-4 flex flex-wrap gap-3">
          <ActionButton
            {...{ action: invalidate, fields }}
            doing="invalidate"
            label="Invalidate"
            busy="Invalidating…"
            style={isCached || others.some(({ cached }) => cached) ? 'solid' : 'outline'}
            undo={{ label: 'Warm', action: warm, doing: 'warm' }}
          />
          <ActionButton
            {...{ action: warm, fields }}
            doing="warm"
            label="Warm"
            busy="Loading…"
            undo={{ label: 'Undo', action: invalidate, doing: 'invalidate' }}
          />
        </div>
        <p className="mt-2 max-w-prose text-soft text-xs">
          After Invalidate, the next read loads {nameOf(user)} from Clerk, with tokens, integrations and
          memberships. Warm loads the user now.
        </p>
      </div>
      <ul
        aria-label="Other entries about this user"
        className="divide-y divide-line border-line border-t text-sm"
      >
        {others
          .filter(({ cached }) => cached)
          .map((one) => (
            <EntryLine key={one.name} {...one} />
          ))}
        {uncached.length > 0 && <EntryLine {...NOTHING} name={uncached.map(({ name }) => name).join(', ')} />}
      </ul>
    </div>
  )
}

const MEANWHILE = 'Nothing can be invalidated. Users come from Clerk.'

/** The line of all that is not cached. */
const NOTHING = { cached: false, bytes: null, hardSeconds: null, freshSeconds: null }

const Heading = ({ cached }: { cached: boolean }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
    <h3 className="font-semibold">User</h3>
    <Status tone={cached ? 'good' : 'idle'}>{cached ? 'In Redis' : 'Was not cached'}</Status>
  </div>
)

function Facts({ entry, at }: { entry: UserEntry; at: number }) {
  const { value, version, bytes, age, hardSeconds, freshSeconds, revokedSeconds } = entry
  if (value === undefined)
    return (
      <p className="mt-2 text-soft text-sm">
        This user was not cached when the page was opened. Opening it loaded the user from Clerk.
      </p>
    )
  const lines: TermLine[] = [
    ['Age', age ? `${formatDuration(age.least)} to ${formatDuration(age.most)}` : 'unknown'],
    ['Expires in', hardSeconds === null ? 'expired' : formatDuration(hardSeconds)],
    ['Fresh for', freshSeconds === null ? 'the next read refreshes it' : formatDuration(freshSeconds)],
    ['Version', String(version)],
    ['Size', `${formatNumber(bytes)} bytes`],
    ...(revokedSeconds === null ? [] : [['Revoked for', formatDuration(revokedSeconds)] satisfies TermLine]),
    ...(value === null
      ? [['Value', 'the user does not exist'] satisfies TermLine]
      : ([
          ['Public metadata', Object.keys(value.publicMetadata).join(', ') || 'none'],
          [
            'Changed in Clerk',
            value.updatedAt > 0 ? <Ago key="changed" at={value.updatedAt} renderedAt={at} /> : 'unknown',
          ],
        ] satisfies TermLine[])),
  ]
  return <Terms lines={lines} wide />
}
