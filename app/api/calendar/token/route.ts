import { notFound } from 'next/navigation'
import { z } from 'zod'
import { currentUserCalendarToken } from '@/lib/calendar/current-user-calendar.server'
import { googleSettings } from '@/lib/calendar/settings'
import { knownErrorResponse, PRIVATE } from '@/lib/http/error-response'
import { accountId, badRequest, refusalOf } from '../authorize'
import { problemResponse } from '../problem-response'

const query = z.object({ account: accountId })

/** The signed-in user's own Google token, for the site's own pages. `?account=` chooses among several. 404 if switched off. */
export async function GET(request: Request): Promise<Response> {
  if (!googleSettings().CALENDAR_TOKEN_ROUTE) notFound()
  try {
    const refused = await refusalOf(request)
    if (refused) return refused
    const parsed = query.safeParse(Object.fromEntries(new URL(request.url).searchParams))
    if (!parsed.success) return badRequest(parsed.error)
    const result = await currentUserCalendarToken(parsed.data)
    if (result.status !== 'ok') return problemResponse(result)
    const { expiresAt, scopes } = result.token
    return Response.json({ token: result.token.reveal(), expiresAt, scopes }, { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
