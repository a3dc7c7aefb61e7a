import type { OAuthProvider } from '../cache/tokens/oauth-token'
import { googleIncludes, type IncludesScope } from '../cache/tokens/scopes'

export const CALENDAR_SCOPE = 'https://www.googleapis.com/auth/calendar.readonly'
/** The narrowest scope that reads the events of the primary calendar. */
const OWN_EVENTS_SCOPE = 'https://www.googleapis.com/auth/calendar.events.owned.readonly'

/**
 * Any scope that reads the events of one's own calendar counts as the calendar's scope, because the app reads nothing
 * else. Google's `calendar.events` is an example: it does not list calendars, which `calendar.readonly` does.
 */
export const readsEvents: IncludesScope = (granted, required) =>
  googleIncludes(granted, required) ||
  (required === CALENDAR_SCOPE && (granted === OWN_EVENTS_SCOPE || googleIncludes(granted, OWN_EVENTS_SCOPE)))

export type Provider = {
  /** Clerk's name for the provider. */
  id: OAuthProvider
  name: string
  /** The `d` attribute of a filled SVG path in a 24 by 24 box. */
  icon: string
  /** The scopes that the app needs. */
  requiredScopes: readonly string[]
  /** Scopes that allow more, but are not needed. */
  optionalScopes: readonly string[]
  /** Whether a granted scope allows what a scope of the two lists allows (default: by what the kit knows of the provider). */
  includes?: IncludesScope
}

/** The providers whose connections the app shows. Each must be enabled at Clerk under SSO connections. */
export const providers: readonly Provider[] = [
  {
    id: 'google',
    name: 'Google',
    icon: 'M12.48 10.92v3.28h7.84c-.24 1.84-.853 3.187-1.787 4.133-1.147 1.147-2.933 2.4-6.053 2.4-4.827 0-8.6-3.893-8.6-8.72s3.773-8.72 8.6-8.72c2.6 0 4.507 1.027 5.907 2.347l2.307-2.307C18.747 1.44 16.133 0 12.48 0 5.867 0 .307 5.387.307 12s5.56 12 12.173 12c3.573 0 6.267-1.173 8.373-3.36 2.16-2.16 2.84-5.213 2.84-7.667 0-.76-.053-1.467-.173-2.053H12.48z',
    requiredScopes: [CALENDAR_SCOPE],
    optionalScopes: ['https://www.googleapis.com/auth/calendar.events'],
    includes: readsEvents,
  },
]
