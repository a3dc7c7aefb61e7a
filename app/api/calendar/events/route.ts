import { z } from 'zod'
import { currentUserCalendarEvents } from '@/lib/calendar/current-user-calendar.server'
import { knownErrorResponse, PRIVATE } from '@/lib/http/error-response'
import { accountId, badRequest, refusalOf } from '../authorize'
import { tokenProblem } from '../token-problem'

const DAY = 24 * 60 * 60 * 1000

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text))

const range = z
  .object({
    from: time.default(() => new Date()),
    to: time.optional(),
    limit: z.coerce.number().int().min(1).max(250).default(50),
    account: accountId,
  })
  .transform(({ to, ...rest }) => ({ ...rest, to: to ?? new Date(rest.from.getTime() + 14 * DAY) }))
  .refine(({ from, to }) => from < to, { message: 'to must be later than from', path: ['to'] })

/** `?from=&to=&limit=&account=`: RFC 3339 times or dates; by default 14 days from now, and 50 events. */
export async function GET(request: Request): Promise<Response> {
  try {
    const refused = await refusalOf(request)
    if (refused) return refused
    const query = range.safeParse(Object.fromEntries(new URL(request.url).searchParams))
    if (!query.success) return badRequest(query.error)
    const result = await currentUserCalendarEvents(query.data, query.data)
    if (result.status !== 'ok') return tokenProblem(result)
    return Response.json({ events: result.events }, { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
