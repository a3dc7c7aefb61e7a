import 'server-only'
import { requireCaller } from '../auth/caller.server'
import { emitThrottledAudit } from '../cache/throttled-audit'
import type { OAuthTokenResult } from '../cache/token-cache'
import { overLimit } from '../http/rate-limit'
import { getConnectedIntegrations } from '../integrations/integrations.service'
import { type CalendarOutcome, calendarEvents, calendarToken } from './calendar'
import type { CalendarRange } from './google-calendar'

/** Which of the signed-in user's own Google accounts; the only one that will do unless told. */
interface Choice {
  account?: string | undefined
}

/**
 * A page asks once or twice; this is for a loop that has lost its end, and for whoever makes up accounts, each of which
 * is a question to Clerk. Of the routes and the page together.
 */
const LIMIT = { name: 'calendar', calls: 60, seconds: 60 }

/** Who is signed in, and where they ask too often, that. @throws AuthError */
async function admit() {
  const caller = await requireCaller()
  const { userId } = caller
  const retryAfter = await overLimit(LIMIT, userId)
  if (retryAfter === undefined) return { caller }
  const problem = { status: 'rate_limited' as const, retryAfter }
  const of = { actor: userId, subject: userId, target: 'google' }
  emitThrottledAudit({ action: 'token.read', ...of, outcome: problem.status })
  return { caller, problem }
}

/** The signed-in user's own calendar token: nothing in a request can name another user. @throws AuthError */
export async function currentUserCalendarToken({ account }: Choice): Promise<OAuthTokenResult> {
  const { caller, problem } = await admit()
  return problem ?? calendarToken({ ...caller, externalAccountId: account })
}

/** The signed-in user's own events; accounts to choose from go by their addresses. @throws AuthError */
export async function currentUserCalendarEvents(
  range: CalendarRange,
  { account }: Choice,
): Promise<CalendarOutcome> {
  const { caller, problem } = await admit()
  if (problem) return problem
  const outcome = await calendarEvents({ ...caller, externalAccountId: account }, range)
  if (outcome.status !== 'account_ambiguous') return outcome
  const known = (await getConnectedIntegrations(caller.userId)).flatMap(({ accounts }) => accounts)
  const labelOf = (id: string) => known.find(({ externalAccountId }) => externalAccountId === id)?.label
  return {
    ...outcome,
    accounts: outcome.accounts.map(({ label, ...rest }) => ({
      ...rest,
      label: label ?? labelOf(rest.externalAccountId) ?? null,
    })),
  }
}
