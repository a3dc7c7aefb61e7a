import {
  getCachedOAuthToken,
  type OAuthTokenOptions,
  type OAuthTokenProblem,
  withOAuthToken,
} from '../cache/token-cache'
import { scopeMissing } from '../cache/tokens/outcome'
import {
  CALENDAR_SCOPE,
  type CalendarEvent,
  type CalendarRange,
  fetchEvents,
  readEvents,
} from './google-calendar'

export type CalendarOutcome = { status: 'ok'; events: CalendarEvent[] } | OAuthTokenProblem

/** Whose calendar, on behalf of which session, and which account where there are several. */
export interface CalendarOwner extends Pick<OAuthTokenOptions, 'sessionId' | 'externalAccountId'> {
  userId: string
}

const asked = ({ userId, ...rest }: CalendarOwner) => ({ ...rest, actor: userId, scopes: [CALENDAR_SCOPE] })

/** A calendar token of the user, or why there is none. */
export const calendarToken = (owner: CalendarOwner) =>
  getCachedOAuthToken(owner.userId, 'google', asked(owner))

/** The user's events, read with the cached token. Never throws for what Google or Clerk answer. */
export async function calendarEvents(owner: CalendarOwner, range: CalendarRange): Promise<CalendarOutcome> {
  const answer = await withOAuthToken(
    owner.userId,
    'google',
    (token) => fetchEvents(token, range),
    asked(owner),
  )
  if (answer.status !== 'ok') return answer
  const result = await readEvents(answer.value)
  return result.status === 'scope_missing' ? scopeMissing('google', [CALENDAR_SCOPE]) : result
}
