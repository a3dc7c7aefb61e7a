import type { TokenProvider } from '../cache/tokens/judgement'
import type { OAuthProvider } from '../cache/tokens/oauth-token'
import { nameOf } from '../cache/tokens/outcome'
import { googleIncludes, type IncludesScope } from '../cache/tokens/scopes'
import { onePerProcess } from '../lookup/one-per-process'

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

/** A provider whose connections the app shows. */
export type Provider = TokenProvider & {
  /** Clerk's name for the provider. */
  id: OAuthProvider
  name: string
  /** The `d` attribute of a filled SVG path in a 24 by 24 box. */
  icon: string
  /** The scopes that the app needs. */
  requiredScopes: readonly string[]
  /** Scopes that allow more, but are not needed. */
  optionalScopes: readonly string[]
  /** The address of its API, without a slash at the end. `PROVIDER_API_URLS` can replace it. */
  api?: string
  /** A request to the API that only shows whether the token is accepted. With a body it is a POST of JSON. */
  probe?: { path: string; headers?: Readonly<Record<string, string>>; body?: unknown }
}

/**
 * Google, for the calendar. Google tells missing scopes only by a reason in the body: `lib/calendar/google-problem.ts`.
 * - Scopes: https://developers.google.com/workspace/calendar/api/auth
 * - Icon: simple-icons, CC0
 */
export const google: Provider = {
  ...{
    id: 'google',
    name: 'Google',
    api: 'https://www.googleapis.com',
    probe: { path: '/oauth2/v3/userinfo' },
  },
  icon: 'M12.48 10.92v3.28h7.84c-.24 1.84-.853 3.187-1.787 4.133-1.147 1.147-2.933 2.4-6.053 2.4-4.827 0-8.6-3.893-8.6-8.72s3.773-8.72 8.6-8.72c2.6 0 4.507 1.027 5.907 2.347l2.307-2.307C18.747 1.44 16.133 0 12.48 0 5.867 0 .307 5.387.307 12s5.56 12 12.173 12c3.573 0 6.267-1.173 8.373-3.36 2.16-2.16 2.84-5.213 2.84-7.667 0-.76-.053-1.467-.173-2.053H12.48z',
  ...{
    requiredScopes: [CALENDAR_SCOPE],
    optionalScopes: ['https://www.googleapis.com/auth/calendar.events'],
  },
  includes: readsEvents,
}

const given = onePerProcess('providers', (): { list?: readonly Provider[] } => ({}))

/**
 * Sets the providers whose connections the app shows, in this order, for the whole process. Call it in `register()` of
 * `instrumentation.ts`. Each must be enabled at Clerk under SSO connections.
 */
export function setProviders(...list: readonly Provider[]): void {
  given.list = list
}

/** The providers whose connections the app shows. Default: Google. */
export const providers = (): readonly Provider[] => given.list ?? [google]

/** A circle: of a provider of which the app knows only the ID. */
const UNKNOWN = 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14z'

/** The provider with this ID: as it was declared, or with a name made from its ID. */
export const providerOf = (id: OAuthProvider): Provider =>
  providers().find((one) => one.id === id) ?? {
    ...{ id, name: nameOf(id), icon: UNKNOWN, requiredScopes: [], optionalScopes: [] },
  }

export const isDeclared = (id: OAuthProvider): boolean => providers().some((one) => one.id === id)
