'use client'

import { PanelNote } from '@/components/panel'
import { Status } from '@/components/status'
import type { Line, People, Snapshot } from '@/lib/dashboard/snapshot-schema'
import { hasFailed, webhooksOf } from '@/lib/dashboard/webhook-rows'
import { Dotted } from './dotted'
import { useLive, useUpdates } from './live'
import { Person } from './person'
import { Ago } from './time'
import { Unavailable } from './unavailable'

const LISTED = 10

/** Records that are about reading: they change nothing. */
const READS = /^(token\.|dashboard\.|admin\.require)/

/** On a phone the change and when, then how it ended and about whom. */
const columns =
  'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 md:grid-cols-[15rem_4.5rem_minmax(0,1fr)_5rem]'

type Change = {
  key: string
  at: number
  what: string
  detail?: string | undefined
  who: string
  failed: boolean
}
type Props = { webhooks: Snapshot['webhooks']; records: Snapshot['audit']; people: People }

const ofRecord = ({ id, at, action, detail, subject, outcome }: Line): Change => ({
  ...{ key: id, at, what: action, detail, who: subject, failed: outcome !== 'ok' },
})

/** What changed at Clerk, and what admins and users did, the newest first. */
export function Changes({ webhooks, records, people }: Props) {
  const [deliveries, lines] = [useLive('webhooks', webhooks), useLive('audit', records)]
  const known = useUpdates().people
  const missing = 'unavailable' in deliveries ? deliveries : lines
  if ('unavailable' in missing)
    return <Unavailable what="Recent changes" meanwhile="Clerk retries failed webhooks." {...missing} />
  const changes: Change[] = [
    ...webhooksOf('data' in deliveries ? deliveries.data : [])
      .filter(({ outcome }) => outcome !== 'ignored')
      .map((one) => ({
        ...one,
        key: one.id,
        what: one.type,
        detail: one.reason?.replaceAll('_', ' '),
        who: one.subject ?? '',
        failed: hasFailed(one),
      })),
    ...('data' in lines ? lines.data : []).filter(({ action }) => !READS.test(action)).map(ofRecord),
  ]
  const newest = changes.sort((one, other) => other.at - one.at).slice(0, LISTED)
  if (newest.length === 0)
    return <PanelNote title="No changes yet">Changes to users, roles and the cache appear here.</PanelNote>
  const renderedAt = Math.max(deliveries.at, lines.at)
  return (
    <div className="rounded-xl border border-line bg-surface text-sm">
      <p aria-hidden className={`${columns} border-line border-b py-2.5 text-soft max-md:hidden`}>
        <span>What</span>
        <span>Result</span>
        <span>About</span>
        <span className="text-right">Time</span>
      </p>
      <ul className="divide-y divide-line">
        {newest.map(({ key, at, what, detail, who, failed }) => (
          <li key={key} className={`${columns} py-2`}>
            <span className="wrap-anywhere font-medium">
              <Dotted name={what} />
              {detail && <span className="font-normal"> {detail}</span>}
            </span>
            <span className="max-md:order-last max-md:col-span-2 max-md:empty:hidden">
              {failed && <Status tone="bad">Failed</Status>}
            </span>
            <span className="min-w-0 max-md:order-last max-md:col-span-2 max-md:empty:hidden">
              {who && <Person id={who} people={{ ...known, ...people }} />}
            </span>
            <span className="min-w-20 text-right text-soft tabular-nums">
              <Ago at={at} renderedAt={renderedAt} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
