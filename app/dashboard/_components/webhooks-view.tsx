'use client'

import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import type { Snapshot } from '@/lib/dashboard/snapshot-schema'
import { formatTime } from '../format'
import { AsOf } from './as-of'
import { useLive } from './live'
import { Unavailable } from './unavailable'

const outcomes: Record<string, { tone: Tone; label: string }> = {
  ok: { tone: 'good', label: 'Done' },
  ignored: { tone: 'idle', label: 'Nothing to do' },
  refused: { tone: 'bad', label: 'Refused' },
  failed: { tone: 'bad', label: 'Failed' },
}

type Delivery = { subject: string | null; invalidated: readonly string[] }

/** `user_1: invalidated user, tokens, 1 username`. */
function describeInvalidated({ subject, invalidated }: Delivery): string {
  const what = invalidated.length > 0 ? `invalidated ${invalidated.join(', ')}` : 'nothing invalidated'
  return subject ? `${subject}: ${what}` : what
}

/** The most recent deliveries, or how to set webhooks up. */
export function WebhooksView({ initial }: { initial: Snapshot['webhooks'] }) {
  const found = useLive('webhooks', initial)
  if ('unavailable' in found)
    return (
      <Unavailable
        what="The log of deliveries is in Redis. Clerk delivers failed webhooks again."
        {...found}
        reason={found.unavailable}
      />
    )
  if (found.data.length === 0) return <SetUp at={found.at} />
  return (
    <>
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
        {found.data.map(({ id, at, type, outcome, reason, ms, subject, invalidated }) => (
          <li
            key={`${id}-${at}`}
            className="flex flex-wrap gap-x-4 gap-y-0.5 px-5 py-2.5 tabular-nums sm:grid sm:grid-cols-[8rem_9.5rem_1fr_auto]"
          >
            <Status tone={outcomes[outcome]?.tone ?? 'warn'}>
              {`${outcomes[outcome]?.label ?? outcome}${reason ? `: ${reason.replaceAll('_', ' ')}` : ''}`}
            </Status>
            <span className="font-medium">{type}</span>
            <span className="wrap-anywhere text-soft max-sm:order-last max-sm:w-full">
              {outcome === 'failed' ? `message ${id}` : describeInvalidated({ subject, invalidated })}
            </span>
            <span className="text-soft">
              {Math.round(ms)} ms, {formatTime(at, found.at)}
            </span>
          </li>
        ))}
      </ul>
      <AsOf at={found.at} />
    </>
  )
}

function SetUp({ at }: { at: number }) {
  return (
    <>
      <PanelNote title="No webhooks yet">
        <p>Until webhooks arrive, a change at Clerk is visible only after the cache entry expires.</p>
        <ol className="mt-2 list-decimal space-y-1 pl-5">
          <li>
            In the Clerk dashboard under Webhooks, add the endpoint <code>/api/webhooks/clerk</code> of this
            site.
          </li>
          <li>
            Subscribe it to <code>user.created</code>, <code>user.updated</code>, <code>user.deleted</code>,{' '}
            <code>session.ended</code>, <code>session.removed</code> and <code>session.revoked</code>.
          </li>
          <li>
            Set <code>CLERK_WEBHOOK_SIGNING_SECRET</code> to its signing secret and deploy.
          </li>
          <li>Send a test event from the endpoint’s Testing tab. It appears here within seconds.</li>
        </ol>
      </PanelNote>
      <AsOf at={at} />
    </>
  )
}
