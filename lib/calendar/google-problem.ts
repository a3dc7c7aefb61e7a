import { z } from 'zod'
import { RETRY_AFTER, secondsOf } from '../clerk/retry-after'
import { type CalendarProblemCode, emitCalendarProblem } from './problem-events'

/** Why Google returned no events. `lib/errors.ts` has the words for each. Seconds. */
export type GoogleProblem =
  | { status: Exclude<CalendarProblemCode, LimitCode> }
  | { status: LimitCode; retryAfter: number }
  | { status: 'scope_missing' }

type LimitCode = 'calendar_rate_limited' | 'calendar_quota_used'

/**
 * What Google's reasons mean: those of `errors`, which Calendar has always sent, and those of `details`, which Google's
 * newer gateways send. Only those that mean scopes are answered with "connect again".
 */
const meanings: Record<string, CalendarProblemCode | 'scope_missing'> = {
  insufficientPermissions: 'scope_missing',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'scope_missing',
  accessNotConfigured: 'calendar_not_enabled',
  SERVICE_DISABLED: 'calendar_not_enabled',
  notACalendarUser: 'calendar_off',
  domainPolicy: 'calendar_not_allowed',
  ORG_RESTRICTION_VIOLATION: 'calendar_not_allowed',
  SECURITY_POLICY_VIOLATED: 'calendar_not_allowed',
  rateLimitExceeded: 'calendar_rate_limited',
  userRateLimitExceeded: 'calendar_rate_limited',
  rateLimitExceededUnreg: 'calendar_rate_limited',
  userRateLimitExceededUnreg: 'calendar_rate_limited',
  RATE_LIMIT_EXCEEDED: 'calendar_rate_limited',
  quotaExceeded: 'calendar_quota_used',
  dailyLimitExceeded: 'calendar_quota_used',
  dailyLimitExceededUnreg: 'calendar_quota_used',
  RESOURCE_QUOTA_EXCEEDED: 'calendar_quota_used',
}

/** Seconds to wait where Google did not say. Quotas of a day end at midnight in California. */
const WAIT: Record<LimitCode, number> = { calendar_rate_limited: RETRY_AFTER, calendar_quota_used: 60 * 60 }

const reasons = z.array(z.object({ reason: z.string() }).catch({ reason: '' })).catch([])
const errorBody = z.object({ error: z.object({ errors: reasons, details: reasons }) })

/** The problem that an answer without events stands for, told to the people who run the app as well. */
export function problemOf(response: Response | undefined, json: unknown): GoogleProblem {
  const { data } = errorBody.safeParse(json)
  const given = data ? [...data.error.errors, ...data.error.details].map(({ reason }) => reason) : []
  const known = given.find((reason) => Object.hasOwn(meanings, reason))
  const code = codeOf(response?.status ?? 0, Boolean(data), known)
  if (code === 'scope_missing') return { status: code }
  emitCalendarProblem({
    code,
    status: response?.status ?? 0,
    reason: known ?? (data ? 'unknown' : 'not an answer of Google'),
  })
  if (code !== 'calendar_rate_limited' && code !== 'calendar_quota_used') return { status: code }
  return { status: code, retryAfter: secondsOf(response?.headers.get('retry-after')) ?? WAIT[code] }
}

function codeOf(status: number, isOfGoogle: boolean, reason?: string): CalendarProblemCode | 'scope_missing' {
  const meaning = (status === 403 || status === 429) && reason ? meanings[reason] : undefined
  if (status === 429) return meaning === 'calendar_quota_used' ? meaning : 'calendar_rate_limited'
  if (meaning) return meaning
  if (status === 403 && !isOfGoogle) return 'calendar_blocked'
  return status >= 400 && status < 500 ? 'calendar_refused' : 'calendar_unavailable'
}
