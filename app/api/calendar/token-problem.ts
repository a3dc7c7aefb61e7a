import type { OAuthTokenProblem } from '@/lib/cache/token-cache'
import { type Action, errorResponse } from '@/lib/http/error-response'

/** The answer for a calendar request that has no token to work with. */
export const tokenProblem = (problem: OAuthTokenProblem): Response =>
  errorResponse(problem.status, {
    provider: 'Google',
    action: actionOf(problem),
    retryAfter: 'retryAfter' in problem ? problem.retryAfter : undefined,
  })

function actionOf(problem: OAuthTokenProblem): Action | undefined {
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
