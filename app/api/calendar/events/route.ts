import { z } from 'zod'
import { currentUserCalendarEvents } from '@/lib/calendar/current-user-calendar.server'
import { knownErrorResponse, PRIVATE } from '@/lib/http/error-response'
import { accountId, badRequest, refusalOf } from '../authorize'
import { problemResponse } from '../problem-response'

const DAY = 24 * 60 * 60 * 1000

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text))

const wholeNumber = z
  .string()
  .regex(/^([1-9]\d?|1\d\d|2[0-4]\d|250)$/, 'must be a whole number from 1 to 250')
  .transform(Number)

const range = z
  .object({
    from: time.default(() => new Date()),
    to: time.optional(),
    limit: wholeNumber.default(50),
    account: accountId,
  })
  .transform(({ to, ...rest }) => ({ ...rest, to: to ?? new Date(rest.from.getTime() + 14 * DAY) }))
  .refine(({ from, to }) => from < to, { message: 'to must be later than from', path: ['to'] })

/**
 * `?from=&to=&limit=&account=`: RFC 3339 times or dates; by default 14 days from now, and 50 events. `truncated` says that
 * there may be more events than these, `skipped` how many could not be read.
 */
export async function GET(request: Request): Promise<Response> {
  try {
    const refused = await refusalOf(request)
    if (refused) return refused
    const query = range.safeParse(Object.fromEntries(new URL(request.url).searchParams))
    if (!query.success) return badRequest(query.error)
    const result = await currentUserCalendarEvents(query.data, query.data)
    if (result.status !== 'ok') return problemResponse(result)
    const { events, truncated, skipped, timeZone } = result
    return Response.json({ events, truncated, skipped, timeZone }, { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
