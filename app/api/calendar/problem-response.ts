import type { CalendarProblem } from '@/lib/calendar/current-user-calendar.server'
import { messageOf, problemOfOutcome } from '@/lib/errors'
import { type Action, errorResponse } from '@/lib/http/error-response'

/** The answer for a calendar request that has no token to work with, or that Google refused. */
export function problemResponse(problem: CalendarProblem): Response {
  const described = problemOfOutcome(problem, 'Google')
  const { status, retryAfter } = described
  const message = messageOf(described)
  return errorResponse(problem.status, { message, status, retryAfter, action: actionOf(problem) })
}

function actionOf(problem: CalendarProblem): Action | undefined {
  switch (problem.status) {
    case 'not_connected':
    case 'reconnect_required':
    case 'scope_missing':
      return problem.action
    case 'account_ambiguous': {
      const ids = problem.accounts.map(({ externalAccountId }) => externalAccountId)
      return { label: `Repeat the request with ?account= and one of ${ids.join(', ')}` }
    }
    default:
      return undefined
  }
}
