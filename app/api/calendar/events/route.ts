import { z } from 'zod'
import { requireUser } from '@/lib/auth/roles.server'
import { errorResponse, knownErrorResponse, PRIVATE } from '@/lib/http'
import { calendarEvents } from '@/lib/integrations/calendar'
import { tokenProblem } from '../respond'

const DAY = 24 * 60 * 60 * 1000

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text))

const range = z
  .object({
    from: time.default(() => new Date()),
    to: time.optional(),
    limit: z.coerce.number().int().min(1).max(250).default(50),
  })
  .transform(({ from, to, limit }) => ({ from, to: to ?? new Date(from.getTime() + 14 * DAY), limit }))
  .refine(({ from, to }) => from < to, { message: 'to must be later than from', path: ['to'] })

/** `?from=&to=&limit=`: RFC 3339 times or dates; 14 days from now and 50 events unless told. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { id } = await requireUser()
    const query = range.safeParse(Object.fromEntries(new URL(request.url).searchParams))
    if (!query.success) {
      const problems = query.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      return errorResponse(400, 'bad_request', problems.join('; '))
    }
    const result = await calendarEvents(id, query.data)
    if (result.status !== 'ok') return tokenProblem(result)
    return Response.json({ events: result.events }, { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
