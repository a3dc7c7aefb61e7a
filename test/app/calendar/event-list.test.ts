import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { EventList } from '@/app/calendar/event-list'
import type { Calendar } from '@/lib/calendar/google-calendar'

const from = new Date('2026-11-25T08:00:00Z')
const to = new Date('2026-12-09T08:00:00Z')
const event = (start: string, end: string) => ({
  ...{ id: start, title: 'Offsite', location: null },
  ...{ start, end, allDay: start.length === 10 },
})
const meeting = event('2026-11-25T23:30:00Z', '2026-11-26T00:30:00Z')

/** The words of the page, without its tags. */
const words = (calendar: Partial<Calendar>) =>
  renderToStaticMarkup(
    createElement(EventList, {
      ...{ events: [], truncated: false, skipped: 0, timeZone: 'Europe/Berlin', from, to },
      ...calendar,
    }),
  ).replace(/<[^>]+>/g, '|')

describe('without events', () => {
  test('the days are free if all was read', () => {
    expect(words({})).toContain('Your next 14 days are free.')
  })

  test.each([{ truncated: true }, { skipped: 1 }])('they are not called free with %j', (calendar) => {
    expect(words(calendar)).not.toContain('free')
    expect(words(calendar)).toContain('could not be read completely')
  })
})

describe('the list', () => {
  test('names the time zone, and shows times in it', () => {
    expect(words({ events: [meeting] })).toContain('Times are in Europe/Berlin')
    expect(words({ events: [meeting] })).toMatch(/Thursday,? (26 November|November 26).*00:30–01:30/)
  })

  test('says why times are in UTC', () => {
    expect(words({ events: [meeting], timeZone: null })).toContain('Times are in UTC, because Google')
  })

  test('has an event over several days on each of them', () => {
    expect(words({ events: [event('2026-11-26', '2026-11-29')] }).match(/Offsite/g)).toHaveLength(3)
  })

  test('says that it is cut, and only then', () => {
    expect(words({ events: [meeting], truncated: true })).toContain('There may be more')
    expect(words({ events: [meeting] })).not.toContain('There may be more')
  })

  test('counts the events that could not be read', () => {
    expect(words({ events: [meeting], skipped: 1 })).toContain('1 event could not be read')
    expect(words({ events: [meeting], skipped: 2 })).toContain('2 events could not be read')
  })
})
