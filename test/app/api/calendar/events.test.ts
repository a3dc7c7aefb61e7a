import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { GET } from '@/app/api/calendar/events/route'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { readPage } from '@/lib/calendar/parse-events'
import { useServices } from '../../../support/services'
import { sessionOf } from '../../../support/session'

const services = useServices({ keep: true })
const AUTH = 'https://www.googleapis.com/auth/'
let userId = ''

vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(userId) }))

function signIn(...scopes: string[]) {
  userId = services.clerk.createUser({ emails: [`g${services.clerk.users().length}@example.com`] }).id
  services.clerk.connect(userId, { scopes: scopes.map((name) => AUTH + name) })
}
// Each test has its own user, because calls are limited for each user.
beforeEach(() => signIn('calendar.readonly'))

async function get(query = '') {
  const response = await GET(new Request(`http://localhost/api/calendar/events${query}`))
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const event = (id: string) => ({
  ...{ id, summary: id },
  ...{ start: { dateTime: '2026-11-25T09:00:00Z' }, end: { dateTime: '2026-11-25T10:00:00Z' } },
})

/** Google answers page by page: `pages[token]`, beginning with `pages.first`. Returns the tokens it was asked for. */
function answerPages(pages: Record<string, unknown>) {
  const asked: string[] = []
  services.google.respond((request) => {
    const token = new URL(request.url).searchParams.get('pageToken') ?? 'first'
    asked.push(token)
    const page = pages[token]
    return page instanceof Response ? page.clone() : Response.json(page)
  })
  return asked
}

describe('an answer of Google', () => {
  test('has nothing in it that is not read, such as guests, of whom anybody can invite many', async () => {
    let fields: string | null = ''
    services.google.respond((request) => {
      fields = new URL(request.url).searchParams.get('fields')
      return undefined
    })
    expect((await get()).status).toBe(200)
    expect(fields).toBe('timeZone,nextPageToken,items(id,status,summary,location,htmlLink,start,end)')
  })

  test('is not read to its end if it is longer than one can be', async () => {
    let sent = 0
    const piece = new Uint8Array(100_000).fill(32)
    const body = new ReadableStream({
      pull(controller) {
        sent += piece.length
        if (sent > 400_000_000) controller.close()
        else controller.enqueue(piece)
      },
    })
    services.google.respond(() => new Response(body, { headers: { 'content-type': 'application/json' } }))
    expect((await get()).status).toBe(503)
    expect(sent).toBeLessThan(100_000_000)
  })

  test.each([
    ['more events than were asked for', 200_000, 200],
    ['an event that ends with the calendar', 1, 200],
  ])('may have %s', async (_, count, status) => {
    const items = count > 1 ? Array(count).fill({ id: 'e', start: { date: '2026-11-25' } }) : []
    items.push({ id: 'last', start: { dateTime: '9999-12-31T23:59:59Z' } }, event('a'))
    answerPages({ first: { timeZone: 'Pacific/Kiritimati', items: items.slice(-60_000) } })
    const answer = await get()
    expect([answer.status, answer.body.skipped]).toEqual([status, 1])
  })

  test('is not looked for at another address that it leads to', async () => {
    services.google.respond((request) =>
      request.url.includes('elsewhere')
        ? Response.json({ error: { code: 401 } }, { status: 401 })
        : new Response(null, { status: 302, headers: { location: '/elsewhere' } }),
    )
    expect((await get()).status).toBe(503)
  })

  test('is read whole if it has as many events as can be, with names and places as long as can be', async () => {
    const long = '\u2028'.repeat(1024)
    const items = Array.from({ length: 250 }, (_, i) => ({
      ...event(`e${i}`),
      summary: long,
      location: long,
    }))
    answerPages({ first: { items } })
    const { status, body } = await get('?limit=250')
    expect([status, body.events.length, body.truncated]).toEqual([200, 250, false])
  })
})

const titles = (body: { events: { title: string }[] }) => body.events.map(({ title }) => title)

describe('pages', () => {
  test('are followed, empty ones too, until there is no further one', async () => {
    const asked = answerPages({
      first: { items: [], nextPageToken: 'p2' },
      p2: { items: [event('a')], nextPageToken: 'p3' },
      p3: { items: [event('b')] },
    })
    const { status, body } = await get()
    expect([status, titles(body), body.truncated]).toEqual([200, ['a', 'b'], false])
    expect(asked).toEqual(['first', 'p2', 'p3'])
  })

  test('are followed until there are as many events as were asked for, and a cut list says so', async () => {
    answerPages({
      first: { items: [event('a')], nextPageToken: 'p2' },
      p2: { items: [event('b'), event('c')], nextPageToken: 'p3' },
    })
    const { body } = await get('?limit=2')
    expect([titles(body), body.truncated]).toEqual([['a', 'b'], true])
  })

  test('of the local Google, which cuts at the limit, say so too', async () => {
    services.google.setEvents(userId, [event('a'), event('b'), event('c')])
    const range = '?from=2026-11-25&to=2026-11-26'
    expect((await get(`${range}&limit=2`)).body).toMatchObject({ truncated: true })
    expect((await get(`${range}&limit=3`)).body).toMatchObject({ truncated: false })
  })

  test('that repeat a token end, and the list says that it is not complete', async () => {
    const asked = answerPages({
      first: { items: [event('a')], nextPageToken: 'p2' },
      p2: { items: [], nextPageToken: 'p2' },
    })
    const { body } = await get()
    expect([titles(body), body.truncated, asked]).toEqual([['a'], true, ['first', 'p2']])
  })

  test('without an end are read up to a bound', async () => {
    let page = 0
    services.google.respond(() => Response.json({ items: [], nextPageToken: `p${++page}` }))
    const { status, body } = await get()
    expect([status, body.events, body.truncated]).toEqual([200, [], true])
    expect(page).toBeLessThan(50)
  })

  test('that fail after others keep what was read', async () => {
    answerPages({
      first: { items: [event('a')], nextPageToken: 'p2' },
      p2: new Response(null, { status: 500 }),
    })
    const { body } = await get()
    expect([titles(body), body.truncated]).toEqual([['a'], true])
  })

  test('that fail after empty ones are a failure, and not a free calendar', async () => {
    answerPages({ first: { items: [], nextPageToken: 'p2' }, p2: new Response(null, { status: 500 }) })
    expect((await get()).status).toBe(503)
  })

  test('whose token is refused in the middle are read again with the next token', async () => {
    let refused = false
    services.google.respond((request) => {
      const second = new URL(request.url).searchParams.has('pageToken')
      if (!second) return Response.json({ items: [event('a')], nextPageToken: 'p2' })
      if (refused) return Response.json({ items: [event('b')] })
      refused = true
      services.clerk.expireToken(userId)
      return new Response(null, { status: 401 })
    })
    expect(titles((await get()).body)).toEqual(['a', 'b'])
  })
})

const old = (reason: string, domain = 'global') => ({
  error: {
    code: 403,
    message: reason,
    errors: [{ domain, reason, message: reason }],
    status: 'PERMISSION_DENIED',
  },
})
const recent = (reason: string) => ({
  error: {
    ...{ code: 403, message: reason, status: 'PERMISSION_DENIED' },
    details: [
      { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' },
    ],
  },
})

describe('a 403 of Google', () => {
  test.each([
    [old('accessNotConfigured', 'usageLimits'), 503, 'not_configured', /run this app/],
    [recent('SERVICE_DISABLED'), 503, 'not_configured', /run this app/],
    [old('notACalendarUser'), 403, 'calendar_off', /Workspace/],
    [old('domainPolicy'), 403, 'calendar_not_allowed', /organization/],
    [old('rateLimitExceeded'), 429, 'rate_limited', /Google Calendar/],
    [old('userRateLimitExceeded'), 429, 'rate_limited', /Google Calendar/],
    [recent('RATE_LIMIT_EXCEEDED'), 429, 'rate_limited', /Google Calendar/],
    [old('quotaExceeded'), 429, 'rate_limited', /Google Calendar/],
    [old('dailyLimitExceeded'), 429, 'rate_limited', /Google Calendar/],
    [old('dailyLimitExceededUnreg'), 429, 'rate_limited', /Google Calendar/],
    [old('somethingNew'), 503, 'unavailable', /Google Calendar/],
    [{ error: { code: 403, message: 'no reason' } }, 503, 'unavailable', /Google Calendar/],
  ])('%j is %i %s, and never "connect again"', async (json, status, code, words) => {
    services.google.respond(() => Response.json(json, { status: 403 }))
    const answer = await get()
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    expect(answer.body.error.message).toMatch(words)
    expect(JSON.stringify(answer.body)).not.toMatch(/[Cc]onnect/)
  })

  test.each([old('insufficientPermissions'), recent('ACCESS_TOKEN_SCOPE_INSUFFICIENT')])(
    '%j is about scopes, and the action says to connect again',
    async (json) => {
      services.google.respond(() => Response.json(json, { status: 403 }))
      const { status, body } = await get()
      expect([status, body.error.code]).toEqual([403, 'scope_missing'])
      expect(body.error.action.scopes).toEqual([`${AUTH}calendar.readonly`])
    },
  )

  test('that is a page of a proxy is not about scopes', async () => {
    const headers = { 'content-type': 'text/html' }
    services.google.respond(() => new Response('<h1>Forbidden</h1>', { status: 403, headers }))
    const { status, body } = await get()
    expect([status, body.error.code]).toEqual([503, 'unavailable'])
    expect(body.error.message).toMatch(/Google Calendar/)
  })
})

describe('another failure of Google', () => {
  const html = (status: number) =>
    new Response('<html>', { status, headers: { 'content-type': 'text/html' } })
  test.each([
    ['404', () => Response.json({ error: { code: 404, errors: [{ reason: 'notFound' }] } }, { status: 404 })],
    ['410', () => html(410)],
    ['400', () => Response.json({ error: { code: 400 } }, { status: 400 })],
    ['500', () => html(500)],
    ['503', () => new Response(null, { status: 503 })],
    ['200 with HTML', () => html(200)],
    ['200 with an array', () => Response.json([])],
    ['200 with null', () => Response.json(null)],
    ['200 with items that are no list', () => Response.json({ items: {} })],
    ['200 with an error', () => Response.json({ error: 'login required' })],
  ])('%s is worded about Google Calendar', async (_, answer) => {
    services.google.respond(answer)
    const { status, body } = await get()
    expect([status, body.error.code]).toEqual([503, 'unavailable'])
    expect(body.error.message).toContain('Google Calendar')
  })

  test.each([
    ['5', '5'],
    ['1.5', '2'],
    ['-5', '10'],
    ['soon', '10'],
    ['99999999999999999999', '3600'],
  ])('429 with Retry-After: %s has a whole number of seconds to wait', async (given, expected) => {
    services.google.respond(() => new Response(null, { status: 429, headers: { 'retry-after': given } }))
    const { status, headers, body } = await get()
    expect([status, headers.get('retry-after')]).toEqual([429, expected])
    expect(body.error.message).toMatch(/Try again in \d+ (seconds|minutes)\./)
  })

  test('a busy Clerk is named, and not the person who asks', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    const { status, body } = await get().finally(() => services.clerk.faults.clear())
    expect([status, body.error]).toEqual([
      429,
      { code: 'rate_limited', message: 'Clerk is busy. Try again in 7 seconds.' },
    ])
  })
})

describe('scopes', () => {
  test.each([
    ...['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly'],
    ...['calendar.events.owned', 'calendar.events.owned.readonly'],
    ...['calendar.settings.readonly', 'calendar.freebusy', 'calendar.calendarlist', 'userinfo.email'],
  ])('%s counts exactly where the local Google accepts it', async (scope) => {
    signIn(scope)
    expect((await get()).status).toBe(await statusOfGoogle())
  })

  async function statusOfGoogle(): Promise<number> {
    const result = await getCachedOAuthToken(userId, 'google')
    if (result.status !== 'ok') throw new Error(result.status)
    const { status } = await fetch(`${services.google.url}/calendar/v3/calendars/primary/events`, {
      headers: { authorization: `Bearer ${result.token.reveal()}` },
    })
    return status
  }
})

describe('odd events', () => {
  const healthy = event('healthy')
  test.each([
    ['a title that is null', { summary: null }],
    ['a title that is a number', { summary: 7 }],
    ['a place of another type', { location: { name: 'Lisbon' } }],
    ['no end', { end: undefined }],
    ['an address that is none', { htmlLink: 7 }],
    ['an unknown type', { eventType: 'fromTheFuture' }],
    ['a date beside an empty time', { start: { date: '2026-11-25', dateTime: null } }],
  ])('with %s are shown', async (_, odd) => {
    answerPages({ first: { items: [{ ...event('odd'), ...odd }, healthy] } })
    const { status, body } = await get()
    expect([status, body.events.length, body.skipped]).toEqual([200, 2, 0])
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', ''])(
    'have no link to %s',
    async (htmlLink) => {
      answerPages({ first: { items: [{ ...event('odd'), htmlLink }] } })
      expect((await get()).body.events).toMatchObject([{ link: null }])
    },
  )

  test.each([
    ['no start', { start: undefined }],
    ['a start that is null', { start: null }],
    ['times that are numbers', { start: { dateTime: 1764061200 }, end: { dateTime: 1764064800 } }],
    ['a time that does not exist', { start: { dateTime: '2026-02-30T10:00:00Z' } }],
    ['a time without a zone', { start: { dateTime: '2026-11-25T10:00:00' } }],
    ['no ID', { id: undefined }],
  ])('with %s are left out and counted, and cost no other', async (_, odd) => {
    answerPages({ first: { items: [{ ...event('odd'), ...odd }, healthy] } })
    const { status, body } = await get()
    expect([status, titles(body), body.skipped]).toEqual([200, ['healthy'], 1])
  })

  test('that were cancelled are neither shown nor counted', async () => {
    answerPages({ first: { items: [{ id: 'x', status: 'cancelled' }, healthy] } })
    const { body } = await get()
    expect([titles(body), body.skipped]).toEqual([['healthy'], 0])
  })

  test('never are the reason that an answer without events fails', async () => {
    answerPages({ first: { kind: 'calendar#events' } })
    expect(await get()).toMatchObject({ status: 200, body: { events: [], truncated: false } })
  })
})

describe('the time zone', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['Not/AZone', null],
    [undefined, null],
    [7, null],
  ])('%s of the calendar is returned as %s', async (timeZone, expected) => {
    answerPages({ first: { items: [event('a')], timeZone } })
    expect((await get()).body.timeZone).toBe(expected)
  })
})

describe('the query', () => {
  test.each(['1e2', '0x10', '1.0', '+5', '-1', '0', '', '251', '007', '%205', '5%20', 'Infinity'])(
    'limit=%s is not valid',
    async (limit) => {
      const { status, body } = await get(`?limit=${limit}`)
      expect([status, body.error.code]).toEqual([400, 'bad_request'])
      expect(body.error.message).toContain('limit')
    },
  )

  test.each(['1', '250'])('limit=%s is valid', async (limit) => {
    expect((await get(`?limit=${limit}`)).status).toBe(200)
  })
})

test('no mutation of an event loses a neighbor or throws', () => {
  const full = {
    ...event('odd'),
    ...{ status: 'confirmed', location: 'Lisbon', eventType: 'default', endTimeUnspecified: false },
  }
  const odd = fc.oneof(
    fc.anything(),
    fc.record({
      ...{ id: fc.anything(), summary: fc.anything(), location: fc.anything(), status: fc.anything() },
      start: fc.oneof(fc.anything(), fc.record({ date: fc.anything(), dateTime: fc.anything() })),
      end: fc.oneof(fc.anything(), fc.record({ date: fc.anything(), dateTime: fc.anything() })),
    }),
    fc
      .tuple(fc.constantFrom(...Object.keys(full)), fc.anything())
      .map(([name, value]) => ({ ...full, [name]: value })),
  )
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 5 }), fc.array(odd, { maxLength: 5 }), (before, after) => {
      const page = readPage({ items: [...before, event('healthy'), ...after] })
      expect(page?.events.filter(({ id }) => id === 'healthy').length).toBeGreaterThanOrEqual(1)
      for (const { start, end } of page?.events ?? [])
        expect([Date.parse(start), Date.parse(end)].every(Number.isFinite)).toBe(true)
    }),
  )
})

test('a provider that is not enabled is said in words for a user, without what the people who run the app have to do', async () => {
  services.clerk.faults.add({
    route: '/v1/users/{user_id}/oauth_access_tokens/{provider}',
    ...{ status: 404, code: 'oauth_token_provider_not_enabled' },
  })
  const { status, body } = await get()
  expect([status, body.error.code]).toEqual([503, 'not_configured'])
  expect(JSON.stringify(body)).not.toMatch(/Clerk|dashboard|SSO/)
})
