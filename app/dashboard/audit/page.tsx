import type { Metadata } from 'next'
import Link from 'next/link'
import { addressOf, auditFilterOf, type ListQuery, type Query, readQuery } from '@/lib/dashboard/list-query'
import { audit, filteredAudit, peopleOf } from '@/lib/dashboard/panels.server'
import { maxAgeOfRecords } from '@/lib/webhooks/settings'
import { AuditList, AuditUnavailable, LiveAudit } from '../_components/audit-list'
import { Filters } from '../_components/filters'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { idsIn } from '../_components/ids-in'
import { PageHead } from '../_components/page-head'
import { Pager } from '../_components/pager'
import { RowsToCome } from '../_components/to-come'
import { countOf } from '../format'

export const metadata: Metadata = { title: 'Audit' }

const PATH = '/dashboard/audit'
/** Milliseconds. */
const DAY = 24 * 60 * 60 * 1000

/** The first part of a name stands for all actions that begin with it. */
const ACTIONS = [
  'token',
  'token.read',
  'token.refresh',
  'integration.disconnect',
  'role.update',
  'profile.update',
  'cache',
  'cache.invalidate',
  'dashboard',
  'dashboard.view',
  'dashboard.list',
  'dashboard.search',
  'dashboard.export',
  'admin.require',
].map((action) => [action, action.includes('.') ? action : `${action}.*`] as const)

const OUTCOMES = [
  ['ok', 'OK'],
  ['failed', 'Not OK'],
  ['not_connected', 'Not connected'],
  ['reconnect_required', 'Reconnect required'],
  ['scope_missing', 'Scope missing'],
  ['unavailable', 'Unavailable'],
  ['forbidden', 'Forbidden'],
] as const

const SELECTS = [
  { name: 'action', label: 'Action', all: 'All actions', options: ACTIONS },
  { name: 'outcome', label: 'Outcome', all: 'All outcomes', options: OUTCOMES },
] as const

export default function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Audit" render={async () => render(readQuery(await searchParams))} />
}

function read(query: ListQuery) {
  const cursor = query.cursors.at(-1)
  return filteredAudit(auditFilterOf(query, Date.now()), cursor === undefined ? {} : { cursor })
}

function render(query: ListQuery) {
  const { action, outcome, range, user, cursors } = query
  const isFirst = !action && !outcome && !range && !user && cursors.length === 0
  const page = read(query)
  const filters = { path: PATH, query, selects: SELECTS, list: 'audit', byUser: true } as const
  return (
    <>
      <PageHead title="Audit" asOf={page} live={isFirst}>
        Who did what, and to whom, newest first. Records are kept for {maxAgeOfRecords() / DAY} days.
      </PageHead>
      <Frame
        id="audit"
        title="Records"
        hidden
        fallback={
          <>
            <Filters {...filters} count="" inert />
            <RowsToCome label="Records" kind="records" rows={25} />
          </>
        }
        render={async () => {
          const found = await page
          if ('unavailable' in found) return <AuditUnavailable {...found} />
          const { records, next } = found.data
          const down =
            next === undefined ? undefined : addressOf(PATH, { ...query, cursors: [...cursors, next] })
          const up =
            cursors.length > 0 ? addressOf(PATH, { ...query, cursors: cursors.slice(0, -1) }) : undefined
          const initial = isFirst ? await audit() : { at: found.at, data: records }
          const none = user ? 'No audit records for this user' : 'No records match'
          const people = await peopleOf('audit', idsIn(undefined, initial))
          return (
            <>
              <Filters
                {...filters}
                count={`${countOf(records.length, 'record')}${up || down ? ' on this page' : ''}`}
              />
              {isFirst ? (
                <LiveAudit initial={initial} people={people} />
              ) : (
                <AuditList
                  records={records}
                  people={people}
                  renderedAt={found.at}
                  empty={down ? 'No matches in this part of the trail' : none}
                  advice={
                    <>
                      {down && 'A page searches about 20,000 records. Press Older to search further back. '}
                      <Link href={PATH} prefetch={false} className="underline">
                        Clear filters
                      </Link>{' '}
                      to see all records.
                    </>
                  }
                />
              )}
              <Pager newer={up} older={down} />
            </>
          )
        }}
      />
    </>
  )
}
