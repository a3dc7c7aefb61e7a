import { z } from 'zod'

/** One event of the primary calendar. `start` and `end` are RFC 3339 times, or dates where it lasts all day. */
export type CalendarEvent = {
  id: string
  title: string
  start: string
  /** Exclusive: an event of one whole day ends on the next. */
  end: string
  allDay: boolean
  location: string | null
  /** The event's page at Google, or null where Google gave no address. */
  link: string | null
}

/** One page of Google's answer. */
export type Page = {
  events: CalendarEvent[]
  /** Events that have no ID or no time that can be read. */
  skipped: number
  /** The IANA name of the calendar's time zone, or null where Google did not give one. */
  timeZone: string | null
  /** The token of the next page, or null on the last. */
  next: string | null
}

const dateTime = z.iso.datetime({ offset: true })
const date = z.iso.date()

/** Google leaves out the one that does not apply, and sometimes sends it as null. */
const moment = z
  .object({ dateTime: dateTime.optional().catch(undefined), date: date.optional().catch(undefined) })
  .transform((of) => of.dateTime ?? of.date)
  // A year later than 9998 has no day after it in some time zones.
  .pipe(z.string().regex(/^(?!9999)/))

const text = z.string().min(1).nullable().catch(null)

/** It becomes a link, so no other scheme may pass. */
const address = z
  .url({ protocol: /^https?$/ })
  .nullable()
  .catch(null)

const event = z.object({
  id: z.string().min(1),
  summary: text.default(null),
  location: text.default(null),
  htmlLink: address.default(null),
  start: moment,
  end: moment.nullable().catch(null).default(null),
})

const page = z.object({
  /** Some proxies answer 200 with an error of their own. */
  error: z.undefined().optional(),
  items: z.array(z.unknown()).nullish(),
  timeZone: z.unknown().optional(),
  nextPageToken: z.unknown().optional(),
})

const isCancelled = z.object({ status: z.literal('cancelled') })

const isAllDay = (time: string) => time.length === 10

function readEvent(json: unknown): CalendarEvent | undefined {
  const { data } = event.safeParse(json)
  if (!data) return undefined
  const { id, summary, location, htmlLink, start } = data
  const allDay = isAllDay(start)
  const fits = (end: string) => isAllDay(end) === allDay && Date.parse(end) >= Date.parse(start)
  const end = data.end !== null && fits(data.end) ? data.end : start
  return { id, title: summary ?? '(no title)', start, end, allDay, location, link: htmlLink }
}

function readTimeZone(name: unknown): string | null {
  if (typeof name !== 'string') return null
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return null
  }
}

/** Never the token of a page that exists, so that the reader ends there and says that the list is not complete. */
const UNREADABLE = ''

function readToken(token: unknown): string | null {
  if (token === undefined || token === null || token === '') return null
  return typeof token === 'string' ? token : UNREADABLE
}

/** Reads one page of Google's answer; undefined where it is not one. An event of an unexpected shape costs only itself. */
export function readPage(json: unknown): Page | undefined {
  const { data } = page.safeParse(json)
  if (!data) return undefined
  const items = (data.items ?? []).filter((item) => !isCancelled.safeParse(item).success)
  const events = items.map(readEvent).filter((read) => read !== undefined)
  return {
    events,
    skipped: items.length - events.length,
    timeZone: readTimeZone(data.timeZone),
    next: readToken(data.nextPageToken),
  }
}
