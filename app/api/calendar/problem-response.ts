import type { CalendarProblem } from '@/lib/calendar/current-user-calendar.server'
import { type Action, errorResponse } from '@/lib/http/error-response'

/** The answer for a calendar request that has no token to work with, or that Google refused. */
export const problemResponse = (problem: CalendarProblem): Response =>
  errorResponse(problem.status, {
    provider: 'Google',
    action: actionOf(problem),
    // The caller has not sent too many.
    ...('overBudget' in problem && { status: 503 }),
    retryAfter: 'retryAfter' in problem ? problem.retryAfter : undefined,
  })

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
    case 'not_enabled':
      return { label: 'Enable Google in the Clerk dashboard, under SSO connections' }
    default:
      return undefined
  }
}
