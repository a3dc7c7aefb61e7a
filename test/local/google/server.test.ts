import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type GoogleStandIn, type GoogleToken, startGoogle } from '../../../local/google/server'
import { people, seedEvents } from '../../../local/seed'

const EVENTS = '/calendar/v3/calendars/primary/events'
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'
const today = new Date(Date.UTC(2026, 10, 20))
const tokens = new Map<string, GoogleToken>()
let clock = today.getTime()
let google: GoogleStandIn

beforeAll(async () => {
  google = await startGoogle({
    clerk: { tokenInfo: (token) => tokens.get(token) },
    events: seedEvents(today),
    now: () => clock,
  })
})
afterAll(() => google.close())
afterEach(() => tokens.clear())

function token(scopes = [CALENDAR], userId = people.member) {
  const value = `ya29.${crypto.randomUUID()}`
  tokens.set(value, { userId, provider: 'oauth_google', scopes, expiresAt: clock + 3600_000 })
  return value
}
async function get(path: string, bearer?: string) {
  const response = await fetch(
    google.url + path,
    bearer ? { headers: { authorization: `Bearer ${bearer}` } } : {},
  )
  return { status: response.status, body: await response.json() }
}

it('lists the events of the token’s owner in a time range, in order', async () => {
  const range = `timeMin=${today.toISOString()}&timeMax=${new Date(clock + 24 * 3600_000).toISOString()}`
  const { status, body } = await get(`${EVENTS}?singleEvents=true&orderBy=startTime&${range}`, token())
  expect(status).toBe(200)
  expect(body.items.map((event: { summary: string }) => event.summary)).toEqual([
    'Stand-up',
    'Call with Bruno Keller',
    'Hand-over to the night shift',
  ])
  expect((await get(EVENTS, token([CALENDAR], people.neverConnected))).body.items).toEqual([])
})

it('returns the fields that are asked for', async () => {
  const fields = encodeURIComponent('timeZone,items(id,summary)')
  const { body } = await get(`${EVENTS}?maxResults=1&fields=${fields}`, token())
  expect(body).toEqual({ timeZone: 'UTC', items: [{ id: expect.any(String), summary: expect.any(String) }] })
})

it('returns pages', async () => {
  const bearer = token()
  const first = await get(`${EVENTS}?maxResults=8`, bearer)
  const second = await get(`${EVENTS}?maxResults=8&pageToken=${first.body.nextPageToken}`, bearer)
  expect([first.body.items.length, second.body.items.length]).toEqual([8, 3])
  expect(second.body).not.toHaveProperty('nextPageToken')
})

it('lists calendars', async () => {
  const { body } = await get('/calendar/v3/users/me/calendarList', token())
  expect(body.items).toMatchObject([{ primary: true }])
})

it('answers 401 without a token, and to an unknown, expired or revoked one', async () => {
  const revoked = token()
  google.revokeToken(revoked)
  const expired = token()
  clock += 3600_000
  for (const bearer of [undefined, 'ya29.unknown', revoked, expired]) {
    const { status, body } = await get(EVENTS, bearer)
    expect(status).toBe(401)
    expect(body.error).toMatchObject({
      code: 401,
      status: 'UNAUTHENTICATED',
      errors: [{ reason: 'authError' }],
    })
  }
})

it('answers 403 to a token without the scope', async () => {
  const { status, body } = await get(EVENTS, token(['openid']))
  expect(status).toBe(403)
  expect(body.error).toMatchObject({
    status: 'PERMISSION_DENIED',
    errors: [{ reason: 'insufficientPermissions' }],
  })
})

it.each([
  'timeMin=soon',
  'maxResults=0',
  'orderBy=startTime',
  `timeMin=${today.toISOString()}&timeMax=2020-01-01T00:00:00Z`,
])('answers 400 to %s', async (query) => {
  expect((await get(`${EVENTS}?${query}`, token())).status).toBe(400)
})

it('counts requests', async () => {
  google.resetRequests()
  await get(EVENTS, token())
  expect(google.requests()).toEqual({ total: 1, byRoute: { [`GET ${EVENTS}`]: 1 } })
})
