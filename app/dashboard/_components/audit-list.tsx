'use client'

import { type ReactNode, useState } from 'react'
import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import { foldNeighbors } from '@/lib/dashboard/fold'
import type { Line, People, Snapshot } from '@/lib/dashboard/snapshot-schema'
import { CopyId } from './copy-id'
import { Dotted } from './dotted'
import { Held } from './held'
import { useLive, useUpdates } from './live'
import { Person } from './person'
import { Row, Rows } from './row'
import { Ago, Exact } from './time'
import { type Cause, Unavailable } from './unavailable'

/** Outcomes that are nobody's failure, and those that a user can mend. All others are failures. */
const tones: Record<string, Tone> = {
  ok: 'good',
  not_connected: 'idle',
  scope_missing: 'warn',
  reconnect_required: 'warn',
}

const inWords = (code: string) =>
  // Of the user's sessions, not of the token.
  code === 'revoked'
    ? 'User blocked or signed out'
    : (code.charAt(0).toUpperCase() + code.slice(1)).replace(/^Oauth/, 'OAuth').replaceAll('_', ' ')

export const AuditUnavailable = (cause: Cause) => (
  <Unavailable
    what="Audit records"
    meanwhile="New records wait in the memory of each process until Redis takes them."
    {...cause}
  />
)

/** The most recent records of all users, kept up to date. */
export function LiveAudit({ initial, people }: { initial: Snapshot['audit']; people: People }) {
  const latest = useLive('audit', initial)
  if ('unavailable' in latest) return <AuditUnavailable {...latest} />
  return (
    <Held latest={latest.data} noun="record">
      {(rows) => <AuditList records={rows} people={people} renderedAt={latest.at} />}
    </Held>
  )
}

type Props = {
  records: readonly Line[]
  people: People
  renderedAt: number
  /** What it means if there are none. */
  empty?: string
  /** What to do then. */
  advice?: ReactNode
}

const ADVICE = 'A record is written whenever a token is read or refreshed, a role changes, or an admin acts.'

/** Records of the audit trail, the newest first. Neighbors that look the same are one line. */
export function AuditList({ records, people, renderedAt, empty = 'No records yet', advice = ADVICE }: Props) {
  const known = { ...useUpdates().people, ...people }
  if (records.length === 0) return <PanelNote title={empty}>{advice}</PanelNote>
  const groups = foldNeighbors(records, ({ id, at, repeats, lastAt, ...looks }) => looks)
  return (
    <Rows what="Action" who="Who">
      {groups.map((group) => (
        <One key={group.at(-1)?.id} group={group} people={known} renderedAt={renderedAt} />
      ))}
    </Rows>
  )
}

function One({ group, people, renderedAt }: { group: Line[]; people: People; renderedAt: number }) {
  const [open, setOpen] = useState(false)
  const [record] = group
  if (!record) return null
  const times = group.reduce((sum, { repeats = 1 }) => sum + repeats, 0)
  const { id, at, action, actor, impersonating, subject, target, detail, outcome } = record
  const words = outcome === 'ok' ? 'OK' : inWords(outcome)
  return (
    <Row
      id={id}
      {...{ open, setOpen }}
      label={`${action}${detail ? ` ${detail}` : ''}, ${words}`}
      what={
        <>
          <Dotted name={action} />
          {detail && <span className="font-normal"> {detail}</span>}
          {times > 1 && <span className="whitespace-nowrap font-normal text-soft"> × {times}</span>}
        </>
      }
      status={<Status tone={tones[outcome] ?? 'bad'}>{words}</Status>}
      who={
        <>
          <Person id={actor} people={people} />
          {actor !== subject && (
            // The arrow stays with the name.
            <span className="flex min-w-0 max-w-full items-center gap-x-1.5">
              <span className="text-soft">
                <span className="sr-only">about</span>
                <span aria-hidden>→</span>
              </span>
              <Person id={subject} people={people} />
            </span>
          )}
        </>
      }
      when={<Ago at={at} renderedAt={renderedAt} />}
    >
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-1">
        {(
          [
            ['Actor', actor],
            ['Impersonating', impersonating],
            ['About', subject],
            ['Target', target],
          ] as const
        ).map(([term, value]) =>
          value ? (
            <div key={term} className="contents">
              <dt className="text-soft">{term}</dt>
              <dd className="flex items-center gap-1 break-all">
                {value}
                <CopyId id={value} of={term} />
              </dd>
            </div>
          ) : null,
        )}
      </dl>
      <ol className="space-y-0.5" aria-label="Records">
        {group.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-3">
            <Exact at={one.lastAt ?? one.at} />
            {one.repeats && <span className="text-soft">the last of {one.repeats} repeats</span>}
            <span className="flex items-center gap-1 text-soft">
              <code className="break-all text-xs">{one.id}</code>
              <CopyId id={one.id} of="the record" />
            </span>
          </li>
        ))}
      </ol>
    </Row>
  )
}
