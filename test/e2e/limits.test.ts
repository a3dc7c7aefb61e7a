import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKeys } from '../../local/clerk/keys'
import { people } from '../../local/seed'
import { formOf } from '../support/forms'
import { fullOr } from '../support/full'
import { useStage } from '../support/stage'

/** In full: Clerk's production limits, and the attacks go on for 25 s, longer than two windows. Otherwise a tenth of them, and so many requests. */
const CLERK = fullOr(
  { requests: 1000, updatesPerUser: 10, windowMs: 10_000 },
  { requests: 100, windowMs: 10_000 },
)
const READERS = fullOr(200, 30)
/** How many of the readers read at a time. */
const LANES = 8
const ATTACK_MS = 25_000
const [SAVES, NAMES] = [12, 150]
const SCOPES = ['https://www.googleapis.com/auth/calendar.readonly']

const stage = useStage({ CLERK_RATE_LIMIT: String(CLERK.requests) })

/** The cookies of a new session. */
async function signIn(userId: string): Promise<string> {
  const { cookies } = await stage.standIns.clerk.issueSession(userId)
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

/** So many people with a connected Google account, of whom nothing is cached. */
async function createPeople(count: number) {
  const { clerk } = stage.standIns
  const people = Array.from({ length: count }, () => {
    const name = `reader-${clerk.users().length}`
    const { id } = clerk.createUser({ username: name, firstName: name, emails: [`${name}@example.com`] })
    clerk.connect(id, { email: `${name}@example.com`, scopes: SCOPES })
    return { id, name }
  })
  await clerk.webhooks.flush()
  return people
}

beforeAll(async () => {
  // The first requests of a server load its code.
  for (const path of ['/profile', '/experts/nobody', '/api/calendar/token'])
    await (await fetch(stage.app.url + path, { redirect: 'manual' })).text()
})

/** So many at a time, because a server refuses connections beyond those that wait to be accepted. */
async function inTurns<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < count; i += 50)
    results.push(
      ...(await Promise.all(Array.from({ length: Math.min(50, count - i) }, (_, j) => work(i + j)))),
    )
  return results
}

/** Sends Redis a command about what the fleet has counted of its requests to Clerk. */
async function budget(command: string, ...args: (string | number)[]) {
  const { url, token } = stage.standIns.upstash
  const path = [command, 'ck:clerk-budget', ...args].join('/')
  await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${token}` } })
}

const emptyBudget = () => budget('del')

/** Repeats work until it has been done so often, or in full until the time is over. */
async function repeat(times: number, work: () => Promise<void>, stopped: () => boolean) {
  const end = performance.now() + ATTACK_MS
  for (let i = 0; fullOr(performance.now() < end, i < times) && !stopped(); i++) await work()
}

/** The updates of users that Clerk was asked for. */
function updates(): number {
  const { byRoute } = stage.standIns.clerk.requests()
  return Object.entries(byRoute).reduce(
    (sum, [route, count]) => sum + (route.startsWith('PATCH') ? count : 0),
    0,
  )
}

/** One member saves the profile form again and again, as the page sends it without scripts. */
async function keepSaving(userId: string, counts: Record<string, number>, stopped: () => boolean) {
  let cookie = await signIn(userId)
  let sent = 0
  const page = await (await fetch(`${stage.app.url}/profile`, { headers: { cookie } })).text()
  await repeat(
    SAVES,
    async () => {
      // A session token lives for a minute.
      if (++sent % 50 === 0) cookie = await signIn(userId)
      const before = updates()
      const body = formOf(page, { firstName: 'Mia', lastName: 'Moreau', setup: 'complete' })
      const init = { method: 'POST', body, headers: { cookie, origin: stage.app.url } }
      const text = await (await fetch(`${stage.app.url}/profile`, init)).text()
      const refused = text.includes('tried this too often')
      // Without scripts a page that was rendered again shows no message.
      const outcome = refused ? 'refused by the app' : updates() === before + 2 ? 'saved' : 'other'
      counts[outcome] = (counts[outcome] ?? 0) + 1
    },
    stopped,
  )
}

/** Strangers ask for names that nobody has, 8 at a time. */
async function keepAsking(counts: Record<string, number>, stopped: () => boolean) {
  let names = 0
  const ask = async () => {
    const text = await (await fetch(`${stage.app.url}/experts/stranger-${Date.now()}-${++names}`)).text()
    const outcome = text.includes('This app is busy') ? 'refused by the app' : 'answered'
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  await Promise.all(Array.from({ length: 8 }, () => repeat(NAMES / 8, ask, stopped)))
}

/** Reads that somebody who is signed in makes for the first time: their own page, or their token. */
async function read({ id, name }: { id: string; name: string }, i: number): Promise<string> {
  const cookie = await signIn(id)
  const response = await fetch(stage.app.url + (i % 2 ? '/profile' : '/api/calendar/token'), {
    headers: { cookie },
  })
  const text = await response.text()
  return response.status === 200 && text.includes(i % 2 ? name : '"token"') ? 'answered' : `refused: ${text}`
}

test.each([
  ...fullOr<[string, boolean, boolean][]>(
    [
      ['one member who saves as fast as the form can', true, false],
      ['strangers who ask for random names', false, true],
    ],
    [],
  ),
  ['a member who saves as fast as the form can, and strangers who ask for random names', true, true] as const,
])(
  '%s: everybody else who is signed in is answered',
  async (_, saving, asking) => {
    const { clerk } = stage.standIns
    const [member, ...readers] = await createPeople(READERS + 1)
    if (!member) throw new Error('a member')
    // Clerk's window begins anew, and so does the fleet's: what the case before has sent must not count.
    clerk.faults.limit(CLERK)
    await emptyBudget()
    clerk.resetRequests()
    const [saves, names]: Record<string, number>[] = [{}, {}]
    let failed = false
    const attacks = [
      saving && keepSaving(member.id, saves ?? {}, () => failed),
      asking && keepAsking(names ?? {}, () => failed),
    ]
    const sent: number[] = []
    const sampling = setInterval(() => sent.push(clerk.requests().total), 10_000)
    try {
      const answers: string[] = []
      const began = performance.now()
      // In full the readers come all through the attack, and not at its beginning.
      const turnOf = (i: number) => pause(fullOr(began + (i / READERS) * ATTACK_MS - performance.now(), 0))
      // The lanes share one iterator, so that each takes the next reader.
      const waiting = readers.entries()
      const lane = async () => {
        for (const [i, reader] of waiting) {
          await turnOf(i)
          answers[i] = await read(reader, i)
        }
      }
      await Promise.all(Array.from({ length: LANES }, lane))
      expect(answers).toEqual(readers.map(() => 'answered'))
    } catch (error) {
      failed = true
      throw error
    } finally {
      await Promise.all(attacks)
      clearInterval(sampling)
    }
    const { total } = clerk.requests()
    process.stdout.write(
      `saves ${JSON.stringify(saves)}, strangers ${JSON.stringify(names)}, Clerk requests ${total}, at every 10 s ${sent}\n`,
    )
    expect(saves).not.toHaveProperty('other')
    if (saving)
      expect(saves).toMatchObject({ saved: expect.any(Number), 'refused by the app': expect.any(Number) })
    if (asking) expect(names).toMatchObject({ answered: expect.any(Number) })
  },
  1_200_000,
)

/** What Clerk was asked for by its middleware. */
function asked(end: string): number {
  const routes = Object.entries(stage.standIns.clerk.requests().byRoute)
  return routes.reduce((sum, [route, count]) => sum + (route.endsWith(end) ? count : 0), 0)
}
const nonces = () => asked('/handshake_payload')
const renewals = () => asked('/refresh')

test('what anybody can make up for Clerk’s middleware to ask about costs Clerk a tenth of its limit, and keeps nobody from signing in', async () => {
  const { clerk } = stage.standIns
  const most = CLERK.requests / 10
  clerk.resetRequests()
  const tokens = ['Bearer ak_made_up', 'Bearer oat_made_up', 'mt_made_up']
  const statuses = await Promise.all(
    tokens.map(async (authorization) => (await fetch(stage.app.url, { headers: { authorization } })).status),
  )
  expect(statuses).toEqual([401, 401, 401])
  const began = performance.now()
  const makeUp = async (i: number) =>
    (await fetch(`${stage.app.url}/guides?__clerk_handshake_nonce=made-up-${i}`)).status
  const ends = await inTurns(3 * most, makeUp)
  // The first may have begun with a test before.
  const windows = Math.ceil((performance.now() - began) / 10_000) + 1
  const count = nonces()
  expect(ends.filter((status) => status >= 400)).toEqual([])
  expect(count).toBeLessThanOrEqual(windows * most)
  expect(count).toBeGreaterThanOrEqual(most)
  // Somebody who has just signed in at Clerk: the handshake ends without a request to it.
  const accept = 'text/html'
  const cookie = '__client_uat=1'
  const address = `${stage.app.url}/guides?__clerk_handshake_nonce=theirs`
  const comeBack = () => fetch(address, { headers: { accept, cookie }, redirect: 'manual' })
  let location = (await comeBack()).headers.get('location')
  // On a busy machine the next 10 s may have begun, in which the limit is not used up.
  for (let tries = 0; location === null && tries < 10; tries++) {
    await inTurns(2 * most, makeUp)
    location = (await comeBack()).headers.get('location')
  }
  const handshake = new URL(location ?? '')
  expect(handshake.pathname).toMatch(/\/v1\/client\/handshake$/)
  expect(handshake.searchParams.has('format')).toBe(false)
  expect(handshake.searchParams.get('redirect_url')).toBe(`${stage.app.url}/guides`)
})

/** Headers with a session token that has expired and a cookie to renew it. */
async function waysToRenew(): Promise<Record<string, string>[]> {
  const { clerk } = stage.standIns
  const { cookies, sessionId } = await clerk.issueSession(people.member)
  const times = { createdAt: 0, updatedAt: 0, lastActiveAt: 0, expireAt: 0 }
  const session = { id: sessionId, userId: people.member, clientId: '', status: 'active' as const, ...times }
  const expired = await (await createKeys()).sign(session, stage.app.url, Date.now() - 600_000)
  const suffix = Object.keys(cookies).flatMap((name) => /^__session(_.+)$/.exec(name)?.[1] ?? [])[0]
  const cookie = Object.entries({ __session: expired, __client_uat: '1', __refresh: 'made-up' })
    .map(([name, value]) => `${name}=${value}; ${name}${suffix}=${value}`)
    .join('; ')
  const refresh = `__refresh${suffix}=made-up`
  return [
    { cookie },
    { cookie: refresh, authorization: `Bearer ${expired}` },
    { cookie: refresh, authorization: expired },
  ]
}

test('a session token that has expired, sent again and again to be renewed, costs Clerk a tenth of its limit, and is told to wait beyond that', async () => {
  const { clerk } = stage.standIns
  const most = CLERK.requests / 10
  const ways = await waysToRenew()
  const renew = async (i: number) => {
    const headers = new Headers(ways[i % 3])
    const answer = await fetch(`${stage.app.url}/guides`, { headers, redirect: 'manual' })
    return answer.status
  }
  await emptyBudget()
  clerk.resetRequests()
  const began = performance.now()
  // After the tests before, this process does not look at the budget for a second.
  await expect.poll(() => renew(0).then(renewals)).toBeGreaterThan(0)
  const statuses = await inTurns(9 * most, renew)
  // The first may have begun with a test before.
  const windows = Math.ceil((performance.now() - began) / 10_000) + 1
  const count = renewals()
  expect(count).toBeGreaterThanOrEqual(most)
  expect(count).toBeLessThanOrEqual(windows * most)
  expect(new Set(statuses)).toEqual(new Set([200, 503]))
})

test('what other processes have let through to Clerk counts in each process', async () => {
  const { clerk } = stage.standIns
  const [way] = await waysToRenew()
  const [reader] = await createPeople(1)
  if (!reader) throw new Error('a reader')
  // Of a second that is not over when the test ends.
  await budget('hset', `${Math.floor(Date.now() / 1000) + 9}s`, CLERK.requests / 2)
  try {
    clerk.resetRequests()
    const end = await fetch(`${stage.app.url}/guides?__clerk_handshake_nonce=made-up`)
    expect(end.status).toBe(200)
    // It goes through a handshake.
    const headers = { ...way, accept: 'text/html' }
    const renewal = await fetch(`${stage.app.url}/guides`, { headers, redirect: 'manual' })
    expect(renewal.headers.get('location')).toContain('/v1/client/handshake')
    expect(nonces() + renewals()).toBe(0)
    expect(await read(reader, 1)).toBe('answered')
    expect(clerk.requests().total).toBeGreaterThan(0)
  } finally {
    await emptyBudget()
  }
})

const madeUp = [{ alg: 'RS256', typ: 'JWT', kid: 'ins_localStandIn' }, { handshake: [] }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')

/** The statuses of very many ends of handshakes with a token that is made up, and what the server printed. */
async function endHandshakes(count: number) {
  const before = stage.app.output().length
  const statuses = await inTurns(count, async () => {
    const answer = await fetch(`${stage.app.url}/guides?__clerk_handshake=${madeUp}`)
    return answer.status
  })
  const errors = () =>
    stage.app
      .output()
      .slice(before)
      .join('\n')
      .match(/^Clerk: unable/gm)?.length ?? 0
  return { statuses, errors }
}

test('made-up tokens of handshakes are refused by the key, and nothing is printed', async () => {
  const { statuses, errors } = await endHandshakes(30)
  expect(new Set(statuses)).toEqual(new Set([400]))
  expect(errors()).toBe(0)
})

describe('without CLERK_JWT_KEY', () => {
  const keyRequests = () => stage.standIns.clerk.requests().byRoute['GET /v1/jwks'] ?? 0
  const asked = async (path: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(stage.app.url + path, { headers, redirect: 'manual' })).status
  }
  const madeUpFor = (kid: string) =>
    [{ alg: 'RS256', typ: 'JWT', kid }, { sub: 'user_1', sid: 'sess_1', exp: 9e9 }, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')

  /** A process that has asked for no keys yet. */
  async function startCold(fault?: 'hang' | 'refuse') {
    await stage.restart({ CLERK_RATE_LIMIT: String(CLERK.requests), CLERK_JWT_KEY: undefined })
    const { clerk } = stage.standIns
    const { jwt } = await clerk.issueSession(people.member)
    clerk.resetRequests()
    if (fault) clerk.faults.add({ route: 'GET /v1/jwks', connection: fault })
    return jwt
  }

  test('a cold process asks Clerk once for its public keys, however many come at once', async () => {
    const jwt = await startCold()
    const statuses = await Promise.all(Array.from({ length: 700 }, () => asked('/guides', jwt)))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(keyRequests()).toBe(1)
  })

  test('made-up tokens of handshakes are refused as with it, and nothing is printed', async () => {
    const { statuses, errors } = await endHandshakes(30)
    expect(new Set(statuses)).toEqual(new Set([400]))
    expect(errors()).toBe(0)
    expect(keyRequests()).toBe(1)
  })

  test('tokens with key IDs that are made up cost Clerk one request a second, and keep nobody out while Clerk hangs', async () => {
    const { clerk } = stage.standIns
    const { jwt } = await clerk.issueSession(people.member)
    clerk.faults.add({ route: 'GET /v1/jwks', connection: 'hang' })
    clerk.resetRequests()
    const began = performance.now()
    const madeUp = Array.from({ length: 300 }, (_, i) => asked('/', madeUpFor(`ins_${i}`)))
    expect(await asked('/profile', jwt)).toBe(200)
    // It is not known that nobody has signed them.
    expect(new Set(await Promise.all(madeUp))).toEqual(new Set([503]))
    expect(keyRequests()).toBeLessThanOrEqual(Math.ceil((performance.now() - began) / 1000) + 1)
    clerk.faults.clear()
  })

  test.each(['hang', 'refuse'] as const)(
    'while Clerk has said no public keys (%s), a user with a session is not taken for a visitor, and visitors see all',
    async (fault) => {
      const jwt = await startCold(fault)
      const users = ['/profile', '/guides', '/api/calendar/token'].map((path) => asked(path, jwt))
      expect((await fetch(`${stage.app.url}/guides`)).status).toBe(200)
      expect(await Promise.all(users)).toEqual([503, 503, 503])
      stage.standIns.clerk.faults.clear()
      await expect.poll(() => asked('/profile', jwt)).toBe(200)
    },
  )
})
