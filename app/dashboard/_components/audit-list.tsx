import { PanelNote } from '@/components/panel'
import type { Snapshot } from '@/lib/dashboard/snapshot-schema'
import { formatTime } from '../format'
import { AsOf } from './as-of'
import { Unavailable } from './unavailable'

/** Records of the audit trail, newest first. */
export function AuditList({ found, of }: { found: Snapshot['audit']; of?: string | undefined }) {
  if ('unavailable' in found)
    return (
      <Unavailable
        what="The audit trail is in Redis. New records are kept in memory and written later."
        {...found}
        reason={found.unavailable}
      />
    )
  if (found.data.length === 0)
    return (
      <>
        <PanelNote title={of ? 'No records of this user' : 'No records yet'}>
          A record is written whenever a token is read or refreshed, a role changes, or an admin acts.
        </PanelNote>
        <AsOf at={found.at} />
      </>
    )
  return (
    <>
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
        {found.data.map(({ id, at, action, actor, impersonating, subject, target, outcome, ...more }) => (
          <li
            key={id}
            className="flex flex-wrap gap-x-4 gap-y-0.5 px-5 py-2.5 tabular-nums sm:grid sm:grid-cols-[11rem_11rem_1fr_auto]"
          >
            <span className="font-medium">{action}</span>
            <span className={outcome === 'ok' ? 'text-good' : 'text-bad'}>
              <span aria-hidden>{outcome === 'ok' ? '●' : '■'}</span> {outcome.replaceAll('_', ' ')}
            </span>
            <span className="wrap-anywhere text-soft max-sm:order-last max-sm:w-full">
              {[
                actor === subject ? actor : `${actor} → ${subject}`,
                impersonating && `impersonating ${impersonating}`,
                target,
                more.repeats &&
                  more.lastAt &&
                  `${more.repeats} × more, last at ${formatTime(more.lastAt, found.at)}`,
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
            <span className="text-soft">{formatTime(at, found.at)}</span>
          </li>
        ))}
      </ul>
      <AsOf at={found.at} />
    </>
  )
}
