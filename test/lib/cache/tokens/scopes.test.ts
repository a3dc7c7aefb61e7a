import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { googleIncludes, missingScopes } from '@/lib/cache/tokens/scopes'

const AUTH = 'https://www.googleapis.com/auth/'
const names = [
  ...['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly'],
  ...['calendar.events.owned', 'calendar.events.owned.readonly', 'calendar.events.public.readonly'],
  ...['calendar.events.freebusy', 'calendar.freebusy', 'calendar.settings.readonly', 'calendar.app.created'],
  ...['calendar.calendarlist', 'calendar.calendarlist.readonly', 'calendar.calendars'],
  ...['calendar.calendars.readonly', 'calendar.acls', 'calendar.acls.readonly'],
].map((name) => AUTH + name)
const anyName = fc.constantFrom(...names)
const scopes = fc.oneof(anyName, fc.constantFrom('openid', 'email', `${AUTH}drive`, `${AUTH}constructor`, ''))
const missing = (granted: string[], required: string[]) => missingScopes(granted, required, googleIncludes)

describe('what Google’s scopes include', () => {
  test.each(names)('the whole calendar includes %s', (name) => {
    expect(missing([`${AUTH}calendar`], [name])).toEqual([])
  })

  test.each([
    ['calendar.readonly', 'calendar.events'],
    ['calendar.readonly', 'calendar'],
    ['calendar.events', 'calendar.readonly'],
    ['calendar.events.readonly', 'calendar.events'],
    ['calendar.events.owned', 'calendar.events'],
    ['calendar.freebusy', 'calendar.events.readonly'],
    ['calendar', 'drive'],
  ])('%s does not include %s', (has, needs) => {
    expect(missing([AUTH + has], [AUTH + needs])).toEqual([AUTH + needs])
  })

  test('never allows to change something where only reading was granted', () => {
    fc.assert(
      fc.property(anyName, anyName, (has, needs) => {
        if (has.endsWith('readonly') && googleIncludes(has, needs))
          expect(needs).toMatch(/readonly$|freebusy$/)
      }),
    )
  })

  test('reaches as far as each of its steps', () => {
    fc.assert(
      fc.property(anyName, anyName, anyName, (a, b, c) => {
        if (googleIncludes(a, b) && googleIncludes(b, c)) expect(googleIncludes(a, c)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('is never less with one scope more', () => {
    fc.assert(
      fc.property(fc.array(scopes), fc.array(scopes), scopes, (granted, required, more) => {
        const before = missing(granted, required)
        expect(before).toEqual(expect.arrayContaining(missing([...granted, more], required)))
        expect(missing(required, required)).toEqual([])
        expect(required).toEqual(expect.arrayContaining(before))
      }),
    )
  })
})
