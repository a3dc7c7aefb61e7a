import 'server-only'
import { requireCaller } from '../auth/caller.server'
import { calendarEvents, calendarToken } from './calendar'
import type { CalendarRange } from './google-calendar'

/** Which of the signed-in user's own Google accounts; the only one that will do unless told. */
interface Choice {
  account?: string | undefined
}

/** The signed-in user's own calendar token: nothing in a request can name another user. @throws AuthError */
export const ownCalendarToken = async ({ account }: Choice) =>
  calendarToken({ ...(await requireCaller()), externalAccountId: account })

/** The signed-in user's own events. @throws AuthError */
export const ownCalendarEvents = async (range: CalendarRange, { account }: Choice) =>
  calendarEvents({ ...(await requireCaller()), externalAccountId: account }, range)
