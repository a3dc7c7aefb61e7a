import { getCachedOAuthToken, invalidateOAuthToken, type OAuthTokenResult } from '../cache/token-cache'
import { isUnconfirmed } from '../lookup/errors'
import { CALENDAR_SCOPE, type CalendarEvent, listEvents } from './google-calendar'

export type CalendarOutcome =
  | { status: 'ok'; events: CalendarEvent[] }
  | Exclude<OAuthTokenResult, { status: 'ok' }>

/** A calendar token of the user, or why there is none. */
export const calendarToken = (userId: string) =>
  getCachedOAuthToken(userId, 'google', { scopes: [CALENDAR_SCOPE] })

/** The user's events, read with the cached token. A token that Google refuses is forgotten and fetched once more. */
export async function calendarEvents(
  userId: string,
  range: { from: Date; to: Date; limit: number },
): Promise<CalendarOutcome> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const result = await calendarToken(userId)
    if (result.status !== 'ok') return result
    const answer = await listEvents(result.token, range)
    if (answer.status === 'scope_missing') return { status: 'scope_missing', missing: [CALENDAR_SCOPE] }
    if (answer.status !== 'token_refused') return answer
    try {
      await invalidateOAuthToken(userId, 'google')
    } catch (error) {
      if (isUnconfirmed(error)) return { status: 'unavailable' }
      throw error
    }
  }
  return { status: 'reconnect_required' }
}
