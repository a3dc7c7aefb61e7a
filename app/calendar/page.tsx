import type { Metadata } from 'next'
import Link from 'next/link'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { orSignIn } from '@/lib/auth/page-access.server'
import type { OAuthTokenProblem } from '@/lib/cache/token-cache'
import { currentUserCalendarEvents } from '@/lib/calendar/current-user-calendar.server'
import { EventList } from './event-list'

export const metadata: Metadata = { title: 'Calendar' }

const DAYS = 14

export default function CalendarPage({ searchParams }: PageProps<'/calendar'>) {
  return (
    <>
      <PageTitle title="Calendar">
        Your next {DAYS} days, read on the server with your cached Google token.
      </PageTitle>
      <Suspense
        fallback={
          <div
            role="status"
            aria-label="Loading events"
            className="h-72 rounded-xl border border-line bg-surface motion-safe:animate-pulse"
          />
        }
      >
        <Events searchParams={searchParams} />
      </Suspense>
    </>
  )
}

async function Events({ searchParams }: Pick<PageProps<'/calendar'>, 'searchParams'>) {
  // Nothing of this is prerendered, the time least of all.
  await connection()
  const { account } = await searchParams
  const from = new Date()
  const to = new Date(from.getTime() + DAYS * 24 * 60 * 60 * 1000)
  return orOutage(async () => {
    const outcome = await orSignIn(() =>
      currentUserCalendarEvents({ from, to, limit: 50 }, { account: one(account) }),
    )
    if (outcome.status !== 'ok') return <Problem problem={outcome} />
    if (outcome.events.length === 0)
      return <Notice title="Nothing planned">The next {DAYS} days are free.</Notice>
    return <EventList events={outcome.events} />
  })
}

/** A parameter that is given twice says nothing. */
const one = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined)

function Problem({ problem }: { problem: OAuthTokenProblem }) {
  switch (problem.status) {
    case 'not_connected':
      return (
        <Notice title="Google is not connected">
          <p>{problem.action.label}, then come back.</p>
          <AccountLink>Connect Google</AccountLink>
        </Notice>
      )
    case 'reconnect_required':
      return (
        <Notice title="Google wants to be connected again">
          <p>Google no longer renews this connection. {problem.action.label}.</p>
          <AccountLink>Reconnect Google</AccountLink>
        </Notice>
      )
    case 'scope_missing':
      return (
        <Notice title="Google does not let us read your calendar">
          <p>{problem.action.label}:</p>
          <ul className="list-inside list-disc break-all">
            {problem.missing.map((scope) => (
              <li key={scope}>
                <code>{scope}</code>
              </li>
            ))}
          </ul>
          <AccountLink>Grant access</AccountLink>
        </Notice>
      )
    case 'account_ambiguous':
      return (
        <Notice title="Which Google account?">
          <p>Several are connected. Choose the one whose calendar you want to see.</p>
          <ul className="list-inside list-disc">
            {problem.accounts.map(({ externalAccountId, label }, index) => (
              <li key={externalAccountId}>
                <Link href={`/calendar?account=${externalAccountId}`} className="underline">
                  {label ?? `Account ${index + 1}`}
                </Link>
              </li>
            ))}
          </ul>
        </Notice>
      )
    case 'revoked':
      return <Notice title="You were signed out">Sign in again to see your calendar.</Notice>
    case 'not_enabled':
      return (
        <Notice title="Google is not offered here">Clerk’s dashboard has it under SSO connections.</Notice>
      )
    case 'rate_limited':
      return <Notice title="Too many requests">Try again in {problem.retryAfter} seconds.</Notice>
    case 'unavailable':
      return <Notice title="Your calendar cannot be reached">Nothing is lost. Try again shortly.</Notice>
  }
}
