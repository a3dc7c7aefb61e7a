import type { OAuthTokenResult } from '@/lib/cache/token-cache'
import { errorResponse, rateLimited } from '@/lib/http'

/** Answers every outcome of a token but the token itself. */
export function tokenProblem(result: Exclude<OAuthTokenResult, { status: 'ok' }>): Response {
  switch (result.status) {
    case 'not_connected':
      return errorResponse(404, result.status, 'No Google account is connected.', {
        action: { label: 'Connect Google on your account page' },
      })
    case 'reconnect_required':
      return errorResponse(409, result.status, 'Google wants to be connected again.', {
        action: { label: 'Disconnect and connect Google on your account page; Google asks for consent anew' },
      })
    case 'scope_missing':
      return errorResponse(403, result.status, 'The connected account does not grant what this needs.', {
        action: { label: 'Connect Google again and grant these', scopes: result.missing },
      })
    case 'rate_limited':
      return rateLimited(result.retryAfter)
    case 'unavailable':
      return errorResponse(503, result.status, 'The token service does not answer. Try again shortly.')
  }
}
