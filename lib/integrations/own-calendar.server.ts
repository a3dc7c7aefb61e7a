import 'server-only'
import { requireCaller } from '../auth/caller.server'
import { type CalendarOutcome, calendarEvents, calendarToken } from './calendar'
import type { CalendarRange } from './google-calendar'
import { getConnectedIntegrations } from './integrations.service'

/** Which of the signed-in user's own Google accounts; the only one that will do unless told. */
interface Choice {
  account?: string | undefined
}

/** The signed-in user's own calendar token: nothing in a request can name another user. @throws AuthError */
export const ownCalendarToken = async ({ account }: Choice) =>
  calendarToken({ ...(await requireCaller()), externalAccountId: account })

/** The signed-in user's own events; accounts to choose from go by their addresses. @throws AuthError */
export async function ownCalendarEvents(range: CalendarRange, { account }: Choice): Promise<CalendarOutcome> {
  const caller = await requireCaller()
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
