import type { CalendarEvent } from '@/lib/calendar/google-calendar'

const dayName = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  timeZone: 'UTC',
})

/** Times are shown in the calendar's own time zone: Google writes its offset into every time. */
const dayOf = (time: string) => time.slice(0, 10)
const clockOf = (time: string) => time.slice(11, 16)

export function EventList({ events }: { events: CalendarEvent[] }) {
  const days = [...new Set(events.map(({ start }) => dayOf(start)))]
  return (
    <div className="space-y-8">
      {days.map((day) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`} className="mb-3 font-semibold">
            {dayName.format(new Date(`${day}T00:00:00Z`))}
          </h2>
          <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
            {events
              .filter(({ start }) => dayOf(start) === day)
              .map((event) => (
                <li key={event.id} className="flex gap-4 p-4">
                  <span className="w-26 shrink-0 whitespace-nowrap text-soft tabular-nums">
                    {event.allDay ? 'All day' : `${clockOf(event.start)}–${clockOf(event.end)}`}
                  </span>
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
    </div>
  )
}
