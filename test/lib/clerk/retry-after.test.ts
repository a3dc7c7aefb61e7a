import fc from 'fast-check'
import { expect, test } from 'vitest'
import { secondsOf } from '@/lib/clerk/retry-after'

const now = Date.parse('2026-11-25T12:00:00Z')

test.each([
  ['7', 7],
  [' 7 ', 7],
  [7, 7],
  ['1.5', 2],
  ['0.2', 1],
  ['3601', 3600],
  ['99999999999999999999999', 3600],
  ['Wed, 25 Nov 2026 12:00:30 GMT', 30],
  ['Wednesday, 25-Nov-26 12:00:30 GMT', 30],
  ['Wed Nov 25 12:00:30 2026', 30],
  ['Wed, 25 Nov 2036 12:00:30 GMT', 3600],
])('%j stands for %i seconds', (given, seconds) => {
  expect(secondsOf(given, now)).toBe(seconds)
})

test.each([
  ...['0', '-5', '', 'soon', '1e2', '0x10', '5s', 'Infinity', 'NaN', 'Wed', 'Wednesday at noon'],
  ...['Wed, 25 Nov 2026 11:00:00 GMT', '2026-11-25T12:00:30Z'],
  ...[undefined, null, Number.NaN, -1, Number.POSITIVE_INFINITY, {}, [], true],
])('%j says nothing', (given) => {
  expect(secondsOf(given, now)).toBeUndefined()
})

test('whatever a service sends is a whole number of seconds from 1 to an hour, or nothing', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  )
  fc.assert(
    fc.property(anything, (given) => {
      const seconds = secondsOf(given, now)
      if (seconds === undefined) return
      expect([Number.isInteger(seconds), seconds >= 1, seconds <= 3600]).toEqual([true, true, true])
    }),
  )
})
