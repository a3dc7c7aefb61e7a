import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { FOREIGN_HOST, isLoopback, listen } from '../loopback'

/** What Google knows about an access token. Times are in milliseconds. */
export interface GoogleToken {
  userId: string
  /** Clerk's strategy. Tokens of others are refused. */
  provider: string
  scopes: string[]
  expiresAt: number
}

/** The part of Calendar v3's event resource that the kit reads. */
export interface CalendarEvent {
  id: string
  summary: string
  description?: string
  location?: string
  status?: 'confirmed' | 'tentative' | 'cancelled'
  start: { dateTime: string; timeZone?: string } | { date: string }
  end: { dateTime: string; timeZone?: string } | { date: string }
}

export interface GoogleOptions {
  /** Default: 0, a free one. */
  port?: number
  /** The Clerk stand-in, which issues the tokens. */
  clerk: { tokenInfo: (token: string) => GoogleToken | undefined }
  /** Events by user ID. */
  events: Record<string, CalendarEvent[]>
  now?: () => number
}

export type GoogleStandIn = Awaited<ReturnType<typeof startGoogle>>

const SCOPE = 'https://www.googleapis.com/auth/'
/** What `events.list` accepts for the events of one's own calendar. */
const READERS = [
  ...['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly'],
  ...['calendar.events.owned', 'calendar.events.owned.readonly'],
]
const LIST_READERS = [
  'calendar',
  'calendar.readonly',
  'calendar.calendarlist',
  'calendar.calendarlist.readonly',
]

/** What `fields` selects of an answer: names, and of `items` those in parentheses. Google takes more forms than these. */
function partOf(answer: { items: object[] }, fields: string) {
  const ofItems = /\bitems\(([^()]*)\)/.exec(fields)?.[1]?.split(',')
  const names = fields.replace(/\([^()]*\)/, '').split(',')
  const pick = (value: object, kept: string[]) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => kept.includes(name)))
  const items = ofItems ? answer.items.map((item) => pick(item, ofItems)) : answer.items
  return pick({ ...answer, items }, names)
}

/** Starts a local Google Calendar that refuses unknown, expired and revoked tokens, and tokens without the scope. */
export async function startGoogle(options: GoogleOptions) {
  const now = options.now ?? Date.now
  const events = new Map(Object.entries(options.events))
  const revoked = new Set<string>()
  const requests = new Map<string, number>()
  let script: ((request: Request) => Response | undefined) | undefined
  const app = new Hono()
  let url = ''
  app.use(async (context, next) =>
    isLoopback(context.req.header('host')) ? next() : context.text(FOREIGN_HOST, 403),
  )
  app.use(async (context, next) => script?.(context.req.raw) ?? next())

  function holder(context: Context, readers: string[]): GoogleToken | Response {
    const bearer = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
    const token = options.clerk.tokenInfo(bearer)
    if (token?.provider !== 'oauth_google' || revoked.has(bearer) || token.expiresAt <= now())
      return unauthenticated()
    if (readers.length > 0 && !readers.some((name) => token.scopes.includes(SCOPE + name)))
      return insufficientScopes()
    return token
  }
  const count = (route: string) => requests.set(route, (requests.get(route) ?? 0) + 1)

  app.get('/calendar/v3/calendars/primary/events', (context) => {
    count('GET /calendar/v3/calendars/primary/events')
    const token = holder(context, READERS)
    if (token instanceof Response) return token
    const { timeMin, timeMax, maxResults, orderBy, singleEvents, pageToken, fields } = context.req.query()
    const from = timeMin === undefined ? -Infinity : Date.parse(timeMin)
    const to = timeMax === undefined ? Infinity : Date.parse(timeMax)
    const limit = Math.min(Number(maxResults ?? 250), 2500)
    const offset = Number(pageToken ?? 0)
    if (Number.isNaN(from) || Number.isNaN(to) || !(limit > 0) || !(offset >= 0))
      return badRequest('Bad Request')
    if (to <= from) return badRequest('The specified time range is empty.', 'timeRangeEmpty')
    if (orderBy === 'startTime' && singleEvents !== 'true')
      return badRequest('The requested ordering is not available for the particular query.')
    const found = (events.get(token.userId) ?? [])
      .filter((event) => at(event.end) > from && at(event.start) < to)
      .toSorted((a, b) => at(a.start) - at(b.start))
    const answer = {
      kind: 'calendar#events',
      summary: 'primary',
      timeZone: 'UTC',
      accessRole: 'owner',
      items: found.slice(offset, offset + limit).map((event) => ({
        ...{ kind: 'calendar#event', status: 'confirmed', eventType: 'default' },
        htmlLink: `${url}/calendar/event?eid=${encodeURIComponent(event.id)}`,
        ...event,
      })),
      ...(offset + limit < found.length ? { nextPageToken: String(offset + limit) } : {}),
    }
    return context.json(fields === undefined ? answer : partOf(answer, fields))
  })

  /** Replaces the event's page at Google, which needs a Google session that nobody has here. */
  app.get('/calendar/event', (context) => {
    const eid = context.req.query('eid')
    const event = [...events.values()].flat().find(({ id }) => id === eid)
    if (!event) return failure(404, 'Not Found', 'notFound', 'NOT_FOUND')
    return context.html(
      html`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${event.summary}</title><style>:root { color-scheme: light dark; font-family: system-ui }</style>
        <main><h1>${event.summary}</h1><p>This page replaces Google's own when you run the app locally.</p></main></html>`,
    )
  })

  app.get('/calendar/v3/colors', (context) => {
    count('GET /calendar/v3/colors')
    const token = holder(context, READERS)
    return token instanceof Response
      ? token
      : context.json({ kind: 'calendar#colors', calendar: {}, event: {} })
  })

  app.get('/calendar/v3/users/me/calendarList', (context) => {
    count('GET /calendar/v3/users/me/calendarList')
    const token = holder(context, LIST_READERS)
    if (token instanceof Response) return token
    const primary = {
      kind: 'calendar#calendarListEntry',
      id: 'primary',
      summary: 'Calendar',
      timeZone: 'UTC',
    }
    return context.json({
      kind: 'calendar#calendarList',
      items: [{ ...primary, primary: true, accessRole: 'owner', selected: true }],
    })
  })

  app.get('/oauth2/v3/userinfo', (context) => {
    count('GET /oauth2/v3/userinfo')
    const token = holder(context, [])
    return token instanceof Response ? token : context.json({ sub: token.userId })
  })

  app.notFound(() => failure(404, 'Not Found', 'notFound', 'NOT_FOUND'))

  const server = createServer(getRequestListener(app.fetch))
  const port = await listen(server, options.port)

  url = `http://localhost:${port}`

  return {
    url,
    port,
    requests: () => ({
      total: [...requests.values()].reduce((sum, each) => sum + each, 0),
      byRoute: Object.fromEntries(requests),
    }),
    resetRequests: () => requests.clear(),
    setEvents: (userId: string, list: CalendarEvent[]) => void events.set(userId, list),
    /** Makes Google refuse this token, even while its issuer considers it valid. */
    revokeToken: (token: string) => void revoked.add(token),
    /** Answers for Google from now on, where `answer` returns something; without it Google answers again. */
    respond: (answer?: (request: Request) => Response | undefined) => {
      script = answer
    },
    close: () => new Promise<void>((done) => server.close(() => done()).closeAllConnections()),
  }
}

const at = (time: CalendarEvent['start']): number =>
  Date.parse('dateTime' in time ? time.dateTime : `${time.date}T00:00:00Z`)

function failure(code: number, message: string, reason: string, status: string, headers: HeadersInit = {}) {
  const errors = [{ message, domain: 'global', reason }]
  return Response.json({ error: { code, message, errors, status } }, { status: code, headers })
}

const badRequest = (message: string, reason = 'badRequest') =>
  failure(400, message, reason, 'INVALID_ARGUMENT')

const unauthenticated = () =>
  failure(
    401,
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    'authError',
    'UNAUTHENTICATED',
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  )

const insufficientScopes = () =>
  failure(
    403,
    'Request had insufficient authentication scopes.',
    'insufficientPermissions',
    'PERMISSION_DENIED',
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"' },
  )
