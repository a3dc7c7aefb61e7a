import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AccountLink } from '@/components/account-link'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { signedInUser } from '@/lib/auth/page-access.server'
import { type CalendarOutcome, calendarEvents } from '@/lib/integrations/calendar'
import { EventList } from './event-list'

export const metadata: Metadata = { title: 'Calendar' }

const DAYS = 14

export default function CalendarPage() {
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
        <Events />
      </Suspense>
    </>
  )
}

async function Events() {
  const { id } = await signedInUser()
  const from = new Date()
  const to = new Date(from.getTime() + DAYS * 24 * 60 * 60 * 1000)
  return orOutage(async () => {
    const outcome = await calendarEvents(id, { from, to, limit: 50 })
    if (outcome.status !== 'ok') return <Problem outcome={outcome} />
    if (outcome.events.length === 0)
      return <Notice title="Nothing planned">The next {DAYS} days are free.</Notice>
    return <EventList events={outcome.events} />
  })
}

function Problem({ outcome }: { outcome: Exclude<CalendarOutcome, { status: 'ok' }> }) {
  switch (outcome.status) {
    case 'not_connected':
      return (
        <Notice title="Google is not connected">
          <p>Connect it on your account page, then come back.</p>
          <AccountLink>Connect Google</AccountLink>
        </Notice>
      )
    case 'reconnect_required':
      return (
        <Notice title="Google wants to be connected again">
          <p>
            Google no longer renews this connection. Disconnect it on your account page and connect it anew.
          </p>
          <AccountLink>Reconnect Google</AccountLink>
        </Notice>
      )
    case 'scope_missing':
      return (
        <Notice title="Google does not let us read your calendar">
          <p>Connect it again and allow this:</p>
          <ul className="list-inside list-disc break-all">
            {outcome.missing.map((scope) => (
              <li key={scope}>
                <code>{scope}</code>
              </li>
            ))}
          </ul>
          <AccountLink>Grant access</AccountLink>
        </Notice>
      )
    case 'rate_limited':
      return <Notice title="Too many requests">Try again in {outcome.retryAfter} seconds.</Notice>
    case 'unavailable':
      return <Notice title="Your calendar cannot be reached">Nothing is lost. Try again shortly.</Notice>
  }
}
