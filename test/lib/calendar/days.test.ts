import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventsByDay } from '@/lib/calendar/days'
import type { CalendarEvent } from '@/lib/calendar/parse-events'

const event = (start: string, end: string): CalendarEvent => ({
  ...{ id: `${start}/${end}`, title: 'x', location: null, link: null },
  ...{ start, end, allDay: start.length === 10 },
})
const range = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-04-15T00:00:00Z') }

/** `2026-03-02 All day`, for each day of one event. */
const days = (start: string, end: string, timeZone = 'UTC', window = range) =>
  eventsByDay([event(start, end)], { ...window, timeZone }).flatMap(({ day, entries }) =>
    entries.map(({ time }) => `${day} ${time}`),
  )

describe('an event', () => {
  test('of some hours is on its day, with both times', () => {
    expect(days('2026-03-02T09:00:00Z', '2026-03-02T10:30:00Z')).toEqual(['2026-03-02 09:00–10:30'])
  })

  test('over several days is on each of them', () => {
    expect(days('2026-03-02T22:00:00Z', '2026-03-04T06:00:00Z')).toEqual([
      '2026-03-02 From 22:00',
      '2026-03-03 All day',
      '2026-03-04 Until 06:00',
    ])
  })

  test('over several days says which of them each is, also where the first are not shown', () => {
    const window = { ...range, from: new Date('2026-03-03T12:00:00Z') }
    const shown = (of: CalendarEvent) =>
      eventsByDay([of], { ...window, timeZone: 'UTC' }).map(({ day, entries }) => [day, entries[0]?.part])
    expect(shown(event('2026-03-02', '2026-03-05'))).toEqual([
      ['2026-03-03', 'Day 2 of 3'],
      ['2026-03-04', 'Day 3 of 3'],
    ])
    expect(shown(event('2026-03-04', '2026-03-05'))).toEqual([['2026-03-04', null]])
  })

  test('that ends at midnight is not on the next day', () => {
    expect(days('2026-03-02T22:00:00Z', '2026-03-03T00:00:00Z')).toEqual(['2026-03-02 22:00–00:00'])
  })

  test('of whole days is not on the day on which it ends', () => {
    expect(days('2026-03-02', '2026-03-04')).toEqual(['2026-03-02 All day', '2026-03-03 All day'])
  })

  test.each([
    ['2026-03-02', '2026-03-02'],
    ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z'],
    ['2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'],
  ])('from %s to %s, of no length, is on its day', (start, end) => {
    expect(days(start, end)).toHaveLength(1)
  })

  test('is shown by the clock of the calendar’s time zone, whatever offset its times are written with', () => {
    expect(days('2026-03-02T23:30:00Z', '2026-03-03T00:30:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-03 00:30–01:30',
    ])
    expect(days('2026-03-03T05:15:00+05:45', '2026-03-03T06:15:00+05:45', 'America/New_York')).toEqual([
      '2026-03-02 18:30–19:30',
    ])
  })

  test('over the night in which clocks go forward is on both days', () => {
    expect(days('2026-03-28T23:00:00+01:00', '2026-03-29T04:00:00+02:00', 'Europe/Berlin')).toEqual([
      '2026-03-28 From 23:00',
      '2026-03-29 Until 04:00',
    ])
  })

  test('that began before the days shown is on those that are shown', () => {
    const window = { from: new Date('2026-03-10T12:00:00Z'), to: new Date('2026-03-12T12:00:00Z') }
    expect(days('2026-01-01', '2027-01-01', 'UTC', window)).toEqual([
      '2026-03-10 All day',
      '2026-03-11 All day',
      '2026-03-12 All day',
    ])
  })

  test('that is outside the days shown is shown all the same, because Google counts it in', () => {
    expect(days('2026-04-20', '2026-04-21')).toEqual(['2026-04-20 All day'])
  })
})

test('days are in order, and so are the events of each', () => {
  const listed = eventsByDay(
    [
      event('2026-03-02', '2026-03-04'),
      event('2026-03-01T09:00:00Z', '2026-03-01T10:00:00Z'),
      event('2026-03-03', '2026-03-04'),
    ],
    { ...range, timeZone: 'UTC' },
  )
  expect(listed.map(({ day, entries }) => [day, entries.length])).toEqual([
    ['2026-03-01', 1],
    ['2026-03-02', 1],
    ['2026-03-03', 2],
  ])
})

test('a timed event is on exactly the days on which a clock of its zone shows a moment of it', () => {
  const MINUTE = 60_000
  const zones = [
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'],
    ...['Africa/Cairo', 'Pacific/Kiritimati', 'America/St_Johns', 'Pacific/Pago_Pago'],
  ]
  const quarterHours = (from: string, to: string) =>
    fc.integer({ min: Date.parse(from) / (15 * MINUTE), max: Date.parse(to) / (15 * MINUTE) })
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      quarterHours('2024-01-01', '2027-12-31'),
      fc.integer({ min: 0, max: 4 * 96 }),
      (timeZone, quarter, length) => {
        const start = quarter * 15 * MINUTE
        const end = start + length * 15 * MINUTE
        const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' })
        const expected = new Set([format.format(start)])
        for (let at = start; at < end; at += 15 * MINUTE) expected.add(format.format(at))
        const window = { from: new Date(start - 86_400_000), to: new Date(end + 86_400_000), timeZone }
        const shown = eventsByDay([event(new Date(start).toISOString(), new Date(end).toISOString())], window)
        expect(shown.map(({ day }) => day)).toEqual([...expected])
      },
    ),
  )
})

test('an event of whole days is on each of them, in every time zone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('UTC', 'Africa/Cairo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'),
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 1, max: 10 }),
      (timeZone, offset, length) => {
        const dateOf = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)
        const window = { from: new Date(Date.UTC(2023, 0)), to: new Date(Date.UTC(2028, 0)), timeZone }
        const shown = eventsByDay([event(dateOf(offset), dateOf(offset + length))], window)
        expect(shown.map(({ day }) => day)).toEqual(
          Array.from({ length }, (_, index) => dateOf(offset + index)),
        )
      },
    ),
  )
})
