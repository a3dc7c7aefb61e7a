import { Notice } from '@/components/notice'
import { eventsByDay } from '@/lib/calendar/days'
import type { Calendar } from '@/lib/calendar/google-calendar'

const dayName = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  timeZone: 'UTC',
})

const DAY_MS = 24 * 60 * 60 * 1000

type Props = Calendar & { from: Date; to: Date }

/** The events by day, in the calendar's own time zone. An event over several days is on each of them. */
export function EventList({ events, truncated, skipped, timeZone, from, to }: Props) {
  if (events.length === 0) return <NoEvents {...{ truncated, skipped, from, to }} />
  const days = eventsByDay(events, { from, to, timeZone: timeZone ?? 'UTC' })
  return (
    <div className="space-y-8">
      <p className="text-soft">
        {timeZone === null
          ? 'Times are in UTC, because Google did not name your calendar’s time zone.'
          : `Times are in ${timeZone}, your calendar’s time zone.`}
      </p>
      {days.map(({ day, entries }) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`} className="mb-3 font-semibold">
            {dayName.format(new Date(`${day}T00:00:00Z`))}
          </h2>
          <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
            {entries.map(({ event, time }) => (
              <li key={event.id} className="flex gap-4 p-4">
                <span className="w-26 shrink-0 whitespace-nowrap text-soft tabular-nums">{time}</span>
                <span className="min-w-0">
                  <span className="block break-words font-medium">{event.title}</span>
                  {event.location && (
                    <span className="block break-words text-sm text-soft">{event.location}</span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Incomplete truncated={truncated} skipped={skipped} />
    </div>
  )
}

/** Says that the days are free only if that is known. */
function NoEvents({ truncated, skipped, from, to }: Omit<Props, 'events' | 'timeZone'>) {
  const days = Math.round((to.getTime() - from.getTime()) / DAY_MS)
  if (!truncated && skipped === 0) return <Notice title="No events">Your next {days} days are free.</Notice>
  return (
    <Notice title="Your calendar could not be read completely">
      <Incomplete truncated={truncated} skipped={skipped} />
      <p>Try again in a few seconds.</p>
    </Notice>
  )
}

/** What is missing from the list, in words. */
function Incomplete({ truncated, skipped }: Pick<Calendar, 'truncated' | 'skipped'>) {
  return (
    <>
      {truncated && <p className="text-soft">Not all events are shown. There may be more.</p>}
      {skipped > 0 && (
        <p className="text-soft">{skipped === 1 ? '1 event' : `${skipped} events`} could not be read.</p>
      )}
    </>
  )
}
