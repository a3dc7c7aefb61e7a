import { REFUSED, rateLimited, scopesMissing } from '../../cache/tokens/judgement'
import { record, text } from '../../clerk/json'
import { namesIn } from '../inclusion'
import type { Provider } from '../providers'

/** Errors that mean that the token is not valid, or no longer. */
const INVALID = ['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive', 'not_authed']

/**
 * Slack, with user scopes. Slack answers 200 with `ok: false` and an `error`, also for a token that it refuses. No scope
 * includes another.
 * - Errors: https://docs.slack.dev/reference/methods/auth.test
 * - Scopes: https://docs.slack.dev/reference/scopes
 * - Rate limits: https://docs.slack.dev/apis/web-api/rate-limits
 * - Icon: simple-icons 15.22.0, CC0
 */
export const slack: Provider = {
  ...{ id: 'slack', name: 'Slack', api: 'https://slack.com/api', probe: { path: '/auth.test' } },
  icon: 'M5.042 15.165a2.528 2.528 0 0 1-2.52 2.523A2.528 2.528 0 0 1 0 15.165a2.527 2.527 0 0 1 2.522-2.52h2.52v2.52zM6.313 15.165a2.527 2.527 0 0 1 2.521-2.52 2.527 2.527 0 0 1 2.521 2.52v6.313A2.528 2.528 0 0 1 8.834 24a2.528 2.528 0 0 1-2.521-2.522v-6.313zM8.834 5.042a2.528 2.528 0 0 1-2.521-2.52A2.528 2.528 0 0 1 8.834 0a2.528 2.528 0 0 1 2.521 2.522v2.52H8.834zM8.834 6.313a2.528 2.528 0 0 1 2.521 2.521 2.528 2.528 0 0 1-2.521 2.521H2.522A2.528 2.528 0 0 1 0 8.834a2.528 2.528 0 0 1 2.522-2.521h6.312zM18.956 8.834a2.528 2.528 0 0 1 2.522-2.521A2.528 2.528 0 0 1 24 8.834a2.528 2.528 0 0 1-2.522 2.521h-2.522V8.834zM17.688 8.834a2.528 2.528 0 0 1-2.523 2.521 2.527 2.527 0 0 1-2.52-2.521V2.522A2.527 2.527 0 0 1 15.165 0a2.528 2.528 0 0 1 2.523 2.522v6.312zM15.165 18.956a2.528 2.528 0 0 1 2.523 2.522A2.528 2.528 0 0 1 15.165 24a2.527 2.527 0 0 1-2.52-2.522v-2.522h2.52zM15.165 17.688a2.527 2.527 0 0 1-2.52-2.523 2.526 2.526 0 0 1 2.52-2.52h6.313A2.527 2.527 0 0 1 24 15.165a2.528 2.528 0 0 1-2.522 2.523h-6.313z',
  ...{ requiredScopes: ['channels:read'], optionalScopes: ['chat:write'] },
  async judge({ headers, json }) {
    const { ok, error, needed } = record(await json())
    if (ok !== false || typeof error !== 'string') return undefined
    if (INVALID.includes(error)) return REFUSED
    if (error === 'missing_scope') return scopesMissing(namesIn(text(needed)))
    return error === 'ratelimited' ? rateLimited(headers.get('retry-after')) : undefined
  },
}
