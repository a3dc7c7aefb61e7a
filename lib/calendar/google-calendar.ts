import type { OAuthToken } from '../cache/token-cache'
import { textUpTo } from '../cache/tokens/text-up-to'
import { withDeadline } from '../lookup/clock'
import { type GoogleProblem, problemOf } from './google-problem'
import { type CalendarEvent, type Page, readPage } from './parse-events'
import { emitCalendarProblem } from './problem-events'
import { googleSettings } from './settings'

export type CalendarRange = { from: Date; to: Date; limit: number }

/** The events that were read, earliest first. */
export type Calendar = {
  events: CalendarEvent[]
  /** There are more events, or it is not known whether there are. */
  truncated: boolean
  /** Events that are left out because they could not be read. */
  skipped: number
  /** The IANA name of the calendar's time zone, or null where Google did not give one. */
  timeZone: string | null
}

export type CalendarResult = ({ status: 'ok' } & Calendar) | GoogleProblem

/** For all pages of one reading. */
const TIMEOUT_MS = 10_000
/** Google may send any number of pages with few events or none. */
const MOST_PAGES = 20

/** What is read of Google's answer. Whole events have guests, attachments and properties of apps in them, 100 KB of each and more. */
const FIELDS = 'timeZone,nextPageToken,items(id,status,summary,location,htmlLink,start,end)'
/** Bytes of an answer. A page of the most events with the longest names and places has less than 3 MB. */
const MOST_BYTES = 4_000_000

/** What `withOAuthToken` takes for a refused token. */
class Unauthorized extends Error {
  readonly status = 401
}

/**
 * Reads the events of the primary calendar between two times, page by page. When a later page fails, the events before
 * it are returned as a truncated list.
 * @throws Unauthorized when Google refuses the token
 */
export const readCalendar = (token: OAuthToken, range: CalendarRange): Promise<CalendarResult> =>
  withDeadline(TIMEOUT_MS, async (signal) => {
    const { limit } = range
    let events: CalendarEvent[] = []
    let skipped = 0
    let timeZone: string | null = null
    const calendar = (complete: boolean): CalendarResult => {
      if (skipped > 0) emitCalendarProblem({ code: 'event_skipped', status: 200, reason: 'unexpected shape' })
      const truncated = !complete || events.length > limit
      return { status: 'ok', events: events.slice(0, limit), truncated, skipped, timeZone }
    }
    const asked = new Set<string>()
    // One event more than the limit tells whether there are more.
    for (let next: string | null = ''; events.length <= limit; ) {
      if (next === null) return calendar(true)
      if (asked.has(next) || asked.size === MOST_PAGES) return calendar(false)
      asked.add(next)
      const page = await requestPage(token, { ...range, limit: limit + 1 - events.length }, next, signal)
      if ('status' in page) return events.length > 0 ? calendar(false) : page
      events = events.concat(page.events)
      skipped += page.skipped
      timeZone ??= page.timeZone
      next = page.next
    }
    return calendar(false)
  })

async function requestPage(
  token: OAuthToken,
  { from, to, limit }: CalendarRange,
  pageToken: string,
  signal: AbortSignal,
): Promise<Page | GoogleProblem> {
  const query = new URLSearchParams({
    timeMin: from.toISOString(),
    timeMax: to.toISOString(),
    maxResults: String(limit),
    singleEvents: 'true',
    orderBy: 'startTime',
    fields: FIELDS,
    ...(pageToken && { pageToken }),
  })
  const address = `${googleSettings().GOOGLE_API_BASE_URL}/calendar/v3/calendars/primary/events?${query}`
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${token.reveal()}` },
    cache: 'no-store',
    // Another server's answer says nothing about the token.
    redirect: 'error',
    signal,
  }).catch(() => undefined)
  if (response?.status === 401) {
    void response.body?.cancel().catch(() => undefined)
    throw new Unauthorized()
  }
  const json = response && (await jsonOf(response).catch(() => undefined))
  return (response?.ok ? readPage(json) : undefined) ?? problemOf(response, json)
}

const jsonOf = async (response: Response): Promise<unknown> =>
  JSON.parse((await textUpTo(response, MOST_BYTES)) ?? '')
