import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { EventList } from '@/app/calendar/event-list'

const from = new Date('2026-11-25T08:00:00Z')
const to = new Date('2026-12-09T08:00:00Z')
const event = (start: string, end: string) => ({
  ...{ id: start, title: 'Offsite', location: null, link: null },
  ...{ start, end, allDay: start.length === 10 },
})
const meeting = event('2026-11-25T23:30:00Z', '2026-11-26T00:30:00Z')

const markup = (changes: Partial<Parameters<typeof EventList>[0]>) =>
  renderToStaticMarkup(
    createElement(EventList, {
      ...{ events: [], truncated: false, skipped: 0, timeZone: 'Europe/Berlin', from, to },
      ...changes,
    }),
  )

/** The words of the page, without its tags. */
const words = (changes: Parameters<typeof markup>[0]) => markup(changes).replace(/<[^>]+>/g, '|')

describe('without events', () => {
  test('the days are free if all was read', () => {
    expect(words({})).toContain('Your next 14 days are free.')
    expect(markup({})).toContain('href="https://calendar.google.com"')
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

  test('marks today and tomorrow by the calendar’s clock, where the server has another date', () => {
    const auckland = { from: new Date('2026-11-25T12:00:00Z'), timeZone: 'Pacific/Auckland' }
    const shown = words({ ...auckland, events: [event('2026-11-26', '2026-11-28')] })
    expect(shown).toMatch(/Today · \|.*26.*Tomorrow · \|.*27/)
  })

  test('says that nothing is left today, unless an event could not be read', () => {
    const later = { events: [event('2026-11-27', '2026-11-28')] }
    expect(words(later)).toContain('No events for the rest of today.')
    expect(words({ ...later, skipped: 1 })).not.toContain('No events for the rest of today.')
  })

  test('says which day of several it is, and links the event to its page at Google', () => {
    const link = 'https://www.google.com/calendar/event?eid=abc'
    const days = { ...event('2026-11-25', '2026-11-28'), link }
    expect(words({ events: [days] })).toContain('Day 2 of 3')
    expect(markup({ events: [days] })).toContain(`href="${link}"`)
    expect(markup({ events: [meeting] })).not.toContain('href')
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
