import 'server-only'
import { requireCaller } from '../auth/caller.server'
import { actorOf, emitAudit } from '../cache/audit-events'
import {
  getCachedOAuthToken,
  type OAuthTokenProblem,
  type OAuthTokenResult,
  withOAuthToken,
} from '../cache/token-cache'
import { scopeMissing } from '../cache/tokens/outcome'
import { overLimit } from '../http/rate-limit'
import { getConnectedIntegrations } from '../integrations/integrations.service'
import { CALENDAR_SCOPE, readsEvents } from '../integrations/providers'
import { type CalendarRange, type CalendarResult, readCalendar } from './google-calendar'

/** A missing scope is a problem of the token, also where Google reported it. */
export type CalendarOutcome = Exclude<CalendarResult, { status: 'scope_missing' }> | OAuthTokenProblem
export type CalendarProblem = Exclude<CalendarOutcome, { status: 'ok' }>

/** Which of the signed-in user's own Google accounts. Default: the only one that has the scope. */
interface Choice {
  account?: string | undefined
}

/**
 * A page reads once or twice. This stops runaway client loops, and guessing of account IDs, each of which costs a
 * request to Clerk. Shared by both routes and the page.
 */
const LIMIT = { name: 'calendar', calls: 60, seconds: 60 }

/** Who the token is read for, or the problem of a caller over the limit. @throws AuthError */
async function admit({ account }: Choice) {
  const caller = await requireCaller()
  const { userId, sessionId, impersonator } = caller
  const scopes = { scopes: [CALENDAR_SCOPE], includes: readsEvents }
  const options = { sessionId, externalAccountId: account, actor: userId, impersonator, ...scopes }
  const retryAfter = await overLimit(LIMIT, userId)
  if (retryAfter === undefined) return { userId, options }
  const problem = { status: 'rate_limited' as const, retryAfter }
  const of = { ...actorOf(caller), subject: userId, target: 'google' }
  emitAudit({ action: 'token.read', ...of, outcome: problem.status })
  return { userId, options, problem }
}

/** The signed-in user's own calendar token: nothing in a request can name another user. @throws AuthError */
export async function currentUserCalendarToken(choice: Choice): Promise<OAuthTokenResult> {
  const { userId, options, problem } = await admit(choice)
  return problem ?? getCachedOAuthToken(userId, 'google', options)
}

/**
 * The signed-in user's own events, read with the cached token; several accounts are labeled with their addresses.
 * Failures of Google and Clerk are results. @throws AuthError
 */
export async function currentUserCalendarEvents(
  range: CalendarRange,
  choice: Choice,
): Promise<CalendarOutcome> {
  const { userId, options, problem } = await admit(choice)
  if (problem) return problem
  const answer = await withOAuthToken(userId, 'google', (token) => readCalendar(token, range), options)
  if (answer.status === 'account_ambiguous') return withLabels(userId, answer)
  if (answer.status !== 'ok') return answer
  const result = answer.value
  return result.status === 'scope_missing' ? scopeMissing('google', [CALENDAR_SCOPE]) : result
}

type Ambiguous = Extract<OAuthTokenProblem, { status: 'account_ambiguous' }>

async function withLabels(userId: string, problem: Ambiguous): Promise<Ambiguous> {
  const known = (await getConnectedIntegrations(userId)).flatMap(({ accounts }) => accounts)
  const labelOf = (id: string) => known.find(({ externalAccountId }) => externalAccountId === id)?.label
  return {
    ...problem,
    accounts: problem.accounts.map(({ label, ...rest }) => ({
      ...rest,
      label: label ?? labelOf(rest.externalAccountId) ?? null,
    })),
  }
}
