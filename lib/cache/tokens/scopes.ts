/** Whether the scope `granted` allows everything that `required` allows. Equal scopes always count. */
export type IncludesScope = (granted: string, required: string) => boolean

const AUTH = 'https://www.googleapis.com/auth/'

const EVENTS_READONLY = ['calendar.events.owned.readonly', 'calendar.events.public.readonly']
const READONLY = [
  ...['calendar.events.readonly', ...EVENTS_READONLY, 'calendar.events.freebusy', 'calendar.freebusy'],
  ...['calendar.calendarlist.readonly', 'calendar.calendars.readonly', 'calendar.settings.readonly'],
]
const EVENTS = ['calendar.events.owned', 'calendar.events.readonly', ...EVENTS_READONLY]

/**
 * The scopes of Google Calendar that a scope includes, by what Google's reference lists for each method
 * (https://developers.google.com/workspace/calendar/api/auth).
 */
const ofGoogle: Record<string, readonly string[]> = {
  calendar: [
    ...['calendar.readonly', ...READONLY, 'calendar.events', ...EVENTS, 'calendar.app.created'],
    ...['calendar.calendarlist', 'calendar.calendars', 'calendar.acls', 'calendar.acls.readonly'],
  ],
  'calendar.readonly': READONLY,
  'calendar.events': EVENTS,
  'calendar.events.readonly': EVENTS_READONLY,
  'calendar.events.owned': ['calendar.events.owned.readonly'],
  'calendar.calendarlist': ['calendar.calendarlist.readonly'],
  'calendar.calendars': ['calendar.calendars.readonly'],
  'calendar.acls': ['calendar.acls.readonly'],
}

const withoutPrefix = (scope: string) => (scope.startsWith(AUTH) ? scope.slice(AUTH.length) : undefined)

/** Google's scopes, as Google documents them. */
export function googleIncludes(granted: string, required: string): boolean {
  const [has, needs] = [withoutPrefix(granted), withoutPrefix(required)]
  if (has === undefined || needs === undefined || !Object.hasOwn(ofGoogle, has)) return false
  return ofGoogle[has]?.includes(needs) ?? false
}

const never: IncludesScope = () => false

/** What the kit knows about a provider's scopes, where the caller gives no function. */
export const includesOf = (provider: string): IncludesScope =>
  provider === 'google' ? googleIncludes : never

/** The required scopes that no granted scope is or includes. */
export const missingScopes = (
  granted: readonly string[],
  required: readonly string[],
  includes: IncludesScope,
): string[] =>
  [...new Set(required)].filter((scope) => !granted.some((has) => has === scope || includes(has, scope)))
