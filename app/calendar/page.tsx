import type { Metadata } from 'next'
import Link from 'next/link'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { ConnectButton } from '@/components/connect-button'
import { connectAdvice, connectLabel } from '@/components/connect-label'
import { MissingScopes } from '@/components/missing-scopes'
import { Notice } from '@/components/notice'
import { Advice, orOutage, TryAgainAfter } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import type { Tone } from '@/components/status'
import { orSignIn } from '@/lib/auth/page-access.server'
import { type CalendarProblem, currentUserCalendarEvents } from '@/lib/calendar/current-user-calendar.server'
import { problemOfOutcome } from '@/lib/errors'
import { ownIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { currentOutage } from '@/lib/process/current-outage'
import { accountId } from '../api/calendar/authorize'
import { EventList } from './event-list'

export const metadata: Metadata = { title: 'Calendar' }

const DAYS = 14

/** What an outage keeps from being shown. */
const WHAT = 'Your calendar'

export default function CalendarPage({ searchParams }: PageProps<'/calendar'>) {
  return (
    <>
      <PageTitle title="Calendar">Your next {DAYS} days on Google Calendar.</PageTitle>
      <Suspense fallback={<EventsSkeleton />}>
        <Events searchParams={searchParams} />
      </Suspense>
    </>
  )
}

/** As the line about the time zone, and two days of events. */
const EventsSkeleton = () => (
  <div role="status" data-loading aria-label="Loading events" className="space-y-8 motion-safe:animate-pulse">
    <div className="h-5 w-72 max-w-full rounded bg-line" />
    {[2, 1].map((events) => (
      <div key={events}>
        <div className="mb-3 h-6 w-48 rounded bg-line" />
        <div className="divide-y divide-line rounded-xl border border-line bg-surface">
          {['first', 'second'].slice(0, events).map((event) => (
            <div key={event} className="flex flex-wrap gap-x-4 gap-y-2 p-4 *:h-5 *:rounded *:bg-line">
              <div className="w-28" />
              <div className="grow basis-56 sm:max-w-80" />
            </div>
          ))}
        </div>
      </div>
    ))}
  </div>
)

async function Events({ searchParams }: Pick<PageProps<'/calendar'>, 'searchParams'>) {
  // The current time must not be prerendered.
  await connection()
  // One that is given twice, or is not the ID of an account, is ignored.
  const chosen = accountId.safeParse((await searchParams).account).data
  const from = new Date()
  const to = new Date(from.getTime() + DAYS * 24 * 60 * 60 * 1000)
  return orOutage(WHAT, async () => {
    const outcome = await orSignIn(() =>
      currentUserCalendarEvents({ from, to, limit: 50 }, { account: chosen }),
    )
    if (outcome.status !== 'ok') return <Problem problem={outcome} account={chosen} />
    return <EventList {...outcome} from={from} to={to} />
  })
}

function toneOf({ status }: CalendarProblem): Tone | undefined {
  if (status === 'not_connected' || status === 'account_ambiguous') return undefined
  return status === 'reconnect_required' || status === 'scope_missing' ? 'bad' : 'warn'
}

/** Whose calendar it is, where that is known. */
async function Account({ id }: { id: string | undefined }) {
  // The notice is complete without it.
  const integrations = await ownIntegrations().catch(() => [])
  const own = integrations.find((one) => one.id === 'google')?.accounts ?? []
  const chosen = own.length === 1 ? own[0] : own.find(({ externalAccountId }) => externalAccountId === id)
  return chosen?.label && <p className="wrap-anywhere text-ink">{chosen.label}</p>
}

async function Problem({ problem, account }: { problem: CalendarProblem; account: string | undefined }) {
  const outage = problem.status === 'unavailable' ? await currentOutage() : null
  const described = outage ?? problemOfOutcome(problem, 'Google')
  const label = connectLabel(problem.status, 'Google')
  return (
    <Notice title={described.title} tone={toneOf(problem)}>
      {label && problem.status !== 'not_connected' && <Account id={account} />}
      {problem.status === 'scope_missing' && <MissingScopes missing={problem.missing} />}
      {label ? (
        <p className="max-w-prose">
          {problem.status === 'not_connected' && `Connect Google to see your next ${DAYS} days here. `}
          {connectAdvice(problem.status, 'Google')}
        </p>
      ) : problem.status === 'account_ambiguous' ? (
        <p>Choose the account whose calendar to show.</p>
      ) : (
        <Advice problem={described} what={WHAT} />
      )}
      {problem.status === 'account_ambiguous' && (
        <ul
          aria-label="Accounts"
          className="divide-y divide-line overflow-hidden rounded-lg border border-line"
        >
          {problem.accounts.map(({ externalAccountId, label }, index) => (
            <li key={externalAccountId}>
              <Link
                href={`/calendar?account=${externalAccountId}`}
                className="flex items-center justify-between gap-4 px-4 py-2.5 text-ink hover:bg-page"
              >
                <span className="wrap-anywhere min-w-0">
                  <bdi>{label ?? `Account ${index + 1}`}</bdi>
                </span>
                <span aria-hidden className="text-soft">
                  →
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <TryAgainAfter {...described} isFirst />
      {'action' in problem && label && (
        <div className="flex flex-wrap gap-3">
          <ConnectButton provider="google" scopes={problem.action.scopes} account={account} back="/calendar">
            {label}
          </ConnectButton>
          <AccountLink style="outline">Manage account</AccountLink>
        </div>
      )}
    </Notice>
  )
}
