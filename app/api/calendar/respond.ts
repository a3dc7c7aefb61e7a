import type { OAuthTokenProblem } from '@/lib/cache/token-cache'
import { errorResponse, rateLimited } from '@/lib/http/error-response'

/** Answers every outcome of a token but the token itself. */
export function tokenProblem(problem: OAuthTokenProblem): Response {
  switch (problem.status) {
    case 'not_connected':
      return errorResponse(404, problem.status, 'No Google account is connected.', problem)
    case 'reconnect_required':
      return errorResponse(409, problem.status, 'Google wants to be connected again.', problem)
    case 'scope_missing':
      return errorResponse(
        403,
        problem.status,
        'The connected account does not grant what this needs.',
        problem,
      )
    case 'account_ambiguous': {
      const ids = problem.accounts.map(({ externalAccountId }) => externalAccountId)
      return errorResponse(409, problem.status, 'Several Google accounts are connected.', {
        action: { label: `Ask again with ?account= and one of ${ids.join(', ')}` },
      })
    }
    case 'revoked':
      return errorResponse(401, 'unauthenticated', 'Sign in first.')
    case 'not_enabled':
      return errorResponse(503, 'not_configured', 'Google is not among this installation’s connections.', {
        action: { label: 'Switch Google on in Clerk’s dashboard, under SSO connections' },
      })
    case 'rate_limited':
      return rateLimited(problem.retryAfter)
    case 'unavailable':
      return errorResponse(503, problem.status, 'The token service does not answer. Try again shortly.')
  }
}
