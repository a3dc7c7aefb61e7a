import type { CalendarEvent } from './parse-events'

export type Day = {
  /** `2026-11-25`, in the calendar's time zone. */
  day: string
  /** `part`: which of the event's days this is, such as `Day 2 of 3`, or null for an event of one day. */
  entries: { event: CalendarEvent; time: string; part: string | null }[]
}

type Window = { from: Date; to: Date; timeZone: string }

const DAY_MS = 24 * 60 * 60 * 1000

/** The date and the time that a clock in the time zone shows. */
function clockIn(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  })
  return (ms: number) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    const date = `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}`
    return { date, time: `${parts.hour}:${parts.minute}` }
  }
}

/** The date that a clock in the time zone shows: `2026-11-25`. */
export const dateIn = (timeZone: string, at: Date): string => clockIn(timeZone)(at.getTime()).date

/** Whole days from one date to another. */
const daysBetween = (first: string, last: string) =>
  Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS)

/** The date after a date. */
export const nextDay = (day: string) => addDays(day, 1)
const addDays = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
const later = (a: string, b: string) => (a > b ? a : b)
const earlier = (a: string, b: string) => (a < b ? a : b)

/** The first and the last day of an event, and what to write on each. Ends are exclusive. */
function spanOf({ start, end, allDay }: CalendarEvent, clock: ReturnType<typeof clockIn>) {
  if (allDay) return { first: start, last: later(start, addDays(end, -1)), timeOn: () => 'All day' }
  const [from, to] = [Date.parse(start), Date.parse(end)]
  const [begins, ends] = [clock(from), clock(to)]
  const first = begins.date
  const last = clock(Math.max(from, to - 1)).date
  const timeOn = (day: string) => {
    if (first === last) return `${begins.time}–${ends.time}`
    if (day === first) return `From ${begins.time}`
    return day === last ? `Until ${ends.time}` : 'All day'
  }
  return { first, last, timeOn }
}

/** The days between two times on which there is something, in order. An event over several days is on each of them. */
export function eventsByDay(events: readonly CalendarEvent[], { from, to, timeZone }: Window): Day[] {
  const clock = clockIn(timeZone)
  const window = { first: clock(from.getTime()).date, last: clock(to.getTime() - 1).date }
  const days = new Map<string, Day['entries']>()
  for (const event of events) {
    const { first, last, timeOn } = spanOf(event, clock)
    const count = daysBetween(first, last) + 1
    const partOn = (day: string) => (count > 1 ? `Day ${daysBetween(first, day) + 1} of ${count}` : null)
    const add = (day: string) =>
      days.set(day, [...(days.get(day) ?? []), { event, time: timeOn(day), part: partOn(day) }])
    const end = earlier(last, window.last)
    let day = later(first, window.first)
    // Google counts it in, by a time zone that it did not name.
    if (day > end) add(first)
    for (; day <= end; day = nextDay(day)) add(day)
  }
  return [...days].map(([day, entries]) => ({ day, entries })).toSorted((a, b) => (a.day < b.day ? -1 : 1))
}
