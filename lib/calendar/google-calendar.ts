import { z } from 'zod'
import type { OAuthToken } from '../cache/token-cache'
import { RETRY_AFTER } from '../clerk/error'
import { googleSettings } from './settings'

/** One event of the primary calendar. `start` and `end` are RFC 3339 times, or dates where it lasts all day. */
export type CalendarEvent = {
  id: string
  title: string
  start: string
  end: string
  allDay: boolean
  location: string | null
}

export type CalendarRange = { from: Date; to: Date; limit: number }

export type CalendarResult =
  | { status: 'ok'; events: CalendarEvent[] }
  | { status: 'scope_missing' }
  | { status: 'rate_limited'; retryAfter: number }
  | { status: 'unavailable' }

const moment = z.union([z.object({ dateTime: z.string() }), z.object({ date: z.string() })])
const eventList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      summary: z.string().optional(),
      location: z.string().optional(),
      start: moment,
      end: moment,
    }),
  ),
})

const RATE_LIMITS = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
])
const errorBody = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })) }) })
const reasonOf = (json: unknown) => errorBody.safeParse(json).data?.error.errors[0]?.reason ?? ''

const timeOf = (value: z.infer<typeof moment>) => ('dateTime' in value ? value.dateTime : value.date)

/**
 * Requests the events of the primary calendar between two times, earliest first; undefined when Google does not answer
 * within 10 s.
 */
export function fetchEvents(
  token: OAuthToken,
  { from, to, limit }: CalendarRange,
): Promise<Response | undefined> {
  const query = new URLSearchParams({
    timeMin: from.toISOString(),
    timeMax: to.toISOString(),
    maxResults: String(limit),
    singleEvents: 'true',
    orderBy: 'startTime',
  })
  return fetch(`${googleSettings().GOOGLE_API_BASE_URL}/calendar/v3/calendars/primary/events?${query}`, {
    headers: { authorization: `Bearer ${token.reveal()}` },
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined)
}

/** Reads Google's answer, unless it is a 401. */
export async function readEvents(response: Response | undefined): Promise<CalendarResult> {
  if (!response) return { status: 'unavailable' }
  if (response.status === 429)
    return { status: 'rate_limited', retryAfter: Number(response.headers.get('retry-after')) || RETRY_AFTER }
  const json: unknown = await response.json().catch(() => undefined)
  // Google also answers 403 when a quota is used up.
  if (response.status === 403)
    return RATE_LIMITS.has(reasonOf(json))
      ? { status: 'rate_limited', retryAfter: RETRY_AFTER }
      : { status: 'scope_missing' }
  const body = eventList.safeParse(json)
  if (!response.ok || !body.success) return { status: 'unavailable' }
  const events = body.data.items.map(({ id, summary, location, start, end }) => ({
    id,
    title: summary ?? '(no title)',
    start: timeOf(start),
    end: timeOf(end),
    allDay: 'date' in start,
    location: location ?? null,
  }))
  return { status: 'ok', events }
}
