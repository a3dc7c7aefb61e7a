'use client'

import Link from 'next/link'
import { useMemo, useState } from 'react'
import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import { foldNeighbors } from '@/lib/dashboard/fold'
import type { People, Snapshot } from '@/lib/dashboard/snapshot-schema'
import { hasFailed, type Webhook, webhooksOf } from '@/lib/dashboard/webhook-rows'
import { countOf } from '../format'
import { CopyId } from './copy-id'
import { Dotted } from './dotted'
import { Held } from './held'
import { useLive, useUpdates } from './live'
import { Person, pageOf } from './person'
import { Row, Rows } from './row'
import { Ago, Exact } from './time'
import { type Cause, Unavailable } from './unavailable'

const outcomes: Record<string, { tone: Tone; label: string }> = {
  ok: { tone: 'good', label: 'Done' },
  ignored: { tone: 'idle', label: 'Nothing to do' },
  refused: { tone: 'bad', label: 'Refused' },
  failed: { tone: 'bad', label: 'Failed' },
}

/** What to do about a webhook that failed. */
const ADVICE: Record<string, string> = {
  invalidation_unconfirmed:
    'Redis did not confirm the invalidation, so old values may be served. Clerk retries the webhook automatically. Until it succeeds, open the ID below and press Invalidate.',
  bad_signature:
    'The signing secret does not match the endpoint. Compare CLERK_WEBHOOK_SIGNING_SECRET with the secret in the Clerk dashboard.',
}
const adviceOf = ({ outcome, reason }: Webhook) =>
  (reason && ADVICE[reason]) ??
  (outcome === 'refused'
    ? 'The webhook was refused, and Clerk retries it. Check its payload in the Clerk dashboard under Webhooks.'
    : 'Clerk retries it automatically. If it fails again, search the log for the message ID.')

const inWords = (reason: string) => reason.replaceAll('_', ' ')

export const WebhooksUnavailable = (cause: Cause) => (
  <Unavailable what="Webhooks" meanwhile="Clerk retries failed webhooks." {...cause} />
)

/** The first page, kept up to date, or how to set webhooks up. */
export function LiveWebhooks({ initial, people }: { initial: Snapshot['webhooks']; people: People }) {
  const latest = useLive('webhooks', initial)
  const rows = useMemo(() => ('unavailable' in latest ? [] : webhooksOf(latest.data)), [latest])
  if ('unavailable' in latest) return <WebhooksUnavailable {...latest} />
  return (
    <Held latest={rows} noun="webhook">
      {(shown) =>
        shown.length === 0 ? <SetUp /> : <WebhookList rows={shown} people={people} renderedAt={latest.at} />
      }
    </Held>
  )
}

type Props = { rows: readonly Webhook[]; people: People; renderedAt: number }

/** Webhooks, each with its attempts. Neighbors that look the same are one line. */
export function WebhookList({ rows, people, renderedAt }: Props) {
  const known = { ...useUpdates().people, ...people }
  if (rows.length === 0)
    return (
      <PanelNote title="No webhooks match">
        <Link href="/dashboard/webhooks" prefetch={false} className="underline">
          Clear filters
        </Link>{' '}
        to see all webhooks.
      </PanelNote>
    )
  const groups = foldNeighbors(rows, (one) =>
    // What failed keeps its line when it succeeds.
    hasFailed(one) || one.attempts.length > 1 ? one.id : [one.type, one.subject, one.outcome, one.reason],
  )
  return (
    <Rows what="Type" who="Subject">
      {groups.map((group) => (
        <One key={group[0]?.id} group={group} people={known} renderedAt={renderedAt} />
      ))}
    </Rows>
  )
}

function One({ group, people, renderedAt }: { group: Webhook[]; people: People; renderedAt: number }) {
  const [open, setOpen] = useState(false)
  const [webhook] = group
  if (!webhook) return null
  const { id, at, type, outcome, reason, subject, invalidated, attempts } = webhook
  return (
    <Row
      id={id}
      {...{ open, setOpen }}
      label={`${type}, ${outcomes[outcome]?.label ?? outcome}`}
      what={
        <>
          <Dotted name={type} />
          {group.length > 1 && (
            <span className="whitespace-nowrap font-normal text-soft"> × {group.length}</span>
          )}{' '}
          {attempts.length > 1 && (
            <span className="whitespace-nowrap font-normal text-soft">{attempts.length} attempts</span>
          )}
        </>
      }
      status={
        <Status tone={outcomes[outcome]?.tone ?? 'warn'}>
          {`${outcomes[outcome]?.label ?? outcome}${reason ? `: ${inWords(reason)}` : ''}`}
        </Status>
      }
      who={subject && <Person id={subject} people={people} />}
      when={<Ago at={at} renderedAt={renderedAt} />}
    >
      {hasFailed(webhook) && <p className="font-medium">{adviceOf(webhook)}</p>}
      <p>
        {subject && (
          <>
            <Subject id={subject} />:{' '}
          </>
        )}
        {invalidated.length > 0 ? `invalidated ${invalidated.join(', ')}` : 'nothing invalidated'}
      </p>
      {group.map((one) => (
        <div key={one.id}>
          <p className="flex items-center gap-1">
            <span className="text-soft">Message</span> <code className="break-all text-xs">{one.id}</code>
            <CopyId id={one.id} of="the message" />
          </p>
          <ol className="mt-1 space-y-0.5" aria-label={countOf(one.attempts.length, 'attempt')}>
            {one.attempts.map(({ at, outcome, reason, ms }) => (
              <li key={at} className="flex flex-wrap gap-x-3">
                <Status tone={outcomes[outcome]?.tone ?? 'warn'}>
                  {`${outcomes[outcome]?.label ?? outcome}${reason ? `: ${inWords(reason)}` : ''}`}
                </Status>
                <span className="text-soft">
                  <Exact at={at} />, {Math.round(ms)} ms
                </span>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </Row>
  )
}

function Subject({ id }: { id: string }) {
  const page = pageOf(id)
  const look = 'break-all font-mono text-xs'
  if (!page) return <code className={look}>{id}</code>
  return (
    <Link href={page} prefetch={false} className={`${look} underline`}>
      {id}
    </Link>
  )
}

function SetUp() {
  return (
    <PanelNote title="No webhooks yet">
      <p>Until webhooks arrive, a change in Clerk is visible only after the cache entry expires.</p>
      <ol className="mt-2 list-decimal space-y-1 pl-5">
        <li>
          In the Clerk dashboard under Webhooks, add the endpoint <code>/api/webhooks/clerk</code> of this
          app.
        </li>
        <li>
          Subscribe it to <code>user.created</code>, <code>user.updated</code>, <code>user.deleted</code>,{' '}
          <code>session.ended</code>, <code>session.removed</code> and <code>session.revoked</code>. If the
          app has organizations, also to all events of <code>organization</code>,{' '}
          <code>organizationMembership</code>, <code>role</code> and <code>permission</code>, and to{' '}
          <code>organizationInvitation.accepted</code>.
        </li>
        <li>
          Set <code>CLERK_WEBHOOK_SIGNING_SECRET</code> to its signing secret and deploy.
        </li>
        <li>Send a test event from the endpoint’s Testing tab. It appears here within seconds.</li>
      </ol>
    </PanelNote>
  )
}
