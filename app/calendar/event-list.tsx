import { button } from '@/components/button'
import { Notice } from '@/components/notice'
import { TryAgain } from '@/components/try-again'
import { type Day, dateIn, eventsByDay, nextDay } from '@/lib/calendar/days'
import type { Calendar } from '@/lib/calendar/google-calendar'

const dayName = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  timeZone: 'UTC',
})

const DAY_MS = 24 * 60 * 60 * 1000

type Props = Calendar & { from: Date; to: Date }

/** The events by day, in the calendar's own time zone, today first. An event over several days is on each of them. */
export function EventList({ events, truncated, skipped, timeZone, from, to }: Props) {
  if (events.length === 0) return <NoEvents {...{ truncated, skipped, from, to }} />
  const zone = timeZone ?? 'UTC'
  const days = eventsByDay(events, { from, to, timeZone: zone })
  const today = dateIn(zone, from)
  const tomorrow = nextDay(today)
  const nameOf = (day: string) => (day === today ? 'Today' : day === tomorrow ? 'Tomorrow' : null)
  // An event that could not be read may be one of today.
  const nothingToday = skipped === 0 && days.every(({ day }) => day > today)
  return (
    <div className="space-y-8">
      <p className="text-sm text-soft">
        {timeZone === null
          ? 'Times are in UTC, because Google did not name your calendar’s time zone.'
          : `Times are in ${timeZone}, your calendar’s time zone.`}
      </p>
      {nothingToday && (
        <section aria-labelledby={`day-${today}`}>
          <DayTitle day={today} name="Today" />
          <p className="rounded-xl border border-line bg-surface p-4 text-soft">
            No events for the rest of today.
          </p>
        </section>
      )}
      {days.map(({ day, entries }) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <DayTitle day={day} name={nameOf(day)} />
          <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
            {entries.map((entry) => (
              <Entry key={entry.event.id} {...entry} />
            ))}
          </ul>
        </section>
      ))}
      <Incomplete truncated={truncated} skipped={skipped} />
    </div>
  )
}

function DayTitle({ day, name }: { day: string; name: string | null }) {
  return (
    <h2 id={`day-${day}`} className="mb-3 font-semibold">
      {name && <span className={name === 'Today' ? 'text-brand' : ''}>{name} · </span>}
      {dayName.format(new Date(`${day}T00:00:00Z`))}
    </h2>
  )
}

function Entry({ event, time, part }: Day['entries'][number]) {
  const { title, location, link } = event
  return (
    <li className="flex flex-wrap gap-x-4 p-4">
      <span className="w-28 shrink-0 whitespace-nowrap text-soft tabular-nums">{time}</span>
      <span className="min-w-0 grow basis-56">
        <span className="wrap-anywhere block font-medium">
          {link ? (
            <a href={link} target="_blank" rel="noreferrer" className="hover:underline">
              <bdi>{title}</bdi>
              <span aria-hidden className="text-soft">
                {'\u00a0'}↗
              </span>
              <span className="sr-only"> (opens Google Calendar)</span>
            </a>
          ) : (
            <bdi>{title}</bdi>
          )}
        </span>
        {(location || part) && (
          <span className="wrap-anywhere block text-sm text-soft">
            {location && <bdi>{location}</bdi>}
            {location && part && ' · '}
            {part}
          </span>
        )}
      </span>
    </li>
  )
}

/** Says that the days are free only if that is known. */
function NoEvents({ truncated, skipped, from, to }: Omit<Props, 'events' | 'timeZone'>) {
  const days = Math.round((to.getTime() - from.getTime()) / DAY_MS)
  if (!truncated && skipped === 0)
    return (
      <Notice title="No events">
        <p>Your next {days} days are free.</p>
        <a href="https://calendar.google.com" target="_blank" rel="noreferrer" className={button('outline')}>
          Open Google Calendar
        </a>
      </Notice>
    )
  return (
    <Notice title="Your calendar could not be read completely" tone="warn">
      <Incomplete truncated={truncated} skipped={skipped} />
      <TryAgain style="solid" />
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
