import { requireUser } from '@/lib/auth/roles.server'
import { errorResponse, isSameOrigin, knownErrorResponse, PRIVATE } from '@/lib/http'
import { calendarToken } from '@/lib/integrations/calendar'
import { tokenProblem } from '../respond'

/** The signed-in user's own Google token, for the site's own pages. */
export async function GET(request: Request): Promise<Response> {
  try {
    if (!isSameOrigin(request))
      return errorResponse(403, 'cross_origin', 'Only this site’s own pages may ask.')
    const { id } = await requireUser()
    const result = await calendarToken(id)
    if (result.status !== 'ok') return tokenProblem(result)
    const { expiresAt, scopes } = result.token
    return Response.json({ token: result.token.reveal(), expiresAt, scopes }, { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
