import { createPrivateKey } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { type StandIns, startStandIns } from '../../local/stand-ins'
import { noScripts } from '../../local/upstash/faults'
import { tryStartApp } from '../support/app'
import { E2E_PORT } from '../support/ports'
import { useStage } from '../support/stage'

const stage = useStage()

async function asUser(userId: string) {
  const { jwt } = await stage.standIns.clerk.issueSession(userId)
  // A sign-in sends webhooks, and those have their own effects, some of them after their answer.
  await stage.standIns.clerk.webhooks.flush()
  await quiet()
  return (path: string, init: RequestInit = {}) =>
    fetch(stage.app.url + path, { ...init, headers: { authorization: `Bearer ${jwt}`, ...init.headers } })
}

/** Resolves when the app has sent no request for a moment. */
async function quiet() {
  const { clerk, upstash } = stage.standIns
  const asked = () => clerk.requests().total + upstash.counts().http
  for (let calm = 0, before = asked(); calm < 4; ) {
    await pause(50)
    calm = asked() === before ? calm + 1 : 0
    before = asked()
  }
}

/** Reads of the cache; what telemetry writes now and then is another command. */
const reads = () => stage.standIns.upstash.counts().byCommand.mget ?? 0

const errorOf = async (response: Response) => [response.status, (await response.json()).error.code]

test('an answer with the cookie of a session is kept by no cache, whatever asks for it', async () => {
  const { cookies } = await stage.standIns.clerk.issueSession(people.member)
  // With such a token Clerk sets the cookies at the end of a handshake, as it does where it renews a session.
  const token = await new SignJWT({ handshake: [`__session=${cookies.__session}; Path=/`] })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'ins_localStandIn' })
    .sign(createPrivateKey(process.env.LOCAL_CLERK_KEY ?? ''))
  const prefetch = { rsc: '1', 'next-router-prefetch': '1' }
  const ways: Record<string, string>[] = [
    {},
    { rsc: '1' },
    prefetch,
    { ...prefetch, 'next-router-segment-prefetch': '/_tree' },
    { ...prefetch, 'next-router-segment-prefetch': '/_full' },
  ]
  for (const path of ['/', '/experts', '/guides'])
    for (const headers of ways) {
      const address = `${stage.app.url}${path}`
      // Next leads a prefetch to an address with a hash of its headers.
      const first = await fetch(address, { headers, redirect: 'manual' })
      const location = first.headers.get('location') ?? address
      const answer = await fetch(new URL(location, address), {
        headers: { ...headers, cookie: `__clerk_handshake=${token}` },
        redirect: 'manual',
      })
      expect(answer.headers.getSetCookie().join()).toContain('__session=')
      const said = { path, headers, cache: answer.headers.get('cache-control') }
      expect(said).toEqual({ path, headers, cache: 'private, no-store' })
    }
})

describe('the calendar routes', () => {
  test('return a signed-in user their own token, which must not be stored', async () => {
    const response = await (await asUser(people.member))('/api/calendar/token')
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store, private')
    const { token, expiresAt, scopes } = await response.json()
    expect(stage.standIns.clerk.tokenInfo(token)?.userId).toBe(people.member)
    expect(expiresAt).toBeGreaterThan(Date.now())
    expect(scopes).toContain('https://www.googleapis.com/auth/calendar.readonly')
  })

  test('hand out events without the token', async () => {
    const get = await asUser(people.member)
    const { token } = await (await get('/api/calendar/token')).json()
    const text = await (await get('/api/calendar/events')).text()
    expect(JSON.parse(text).events.length).toBeGreaterThan(0)
    expect(text).not.toContain(token)
  })

  test.each([
    [people.neverConnected, [404, 'not_connected']],
    [people.needsReconnecting, [409, 'reconnect_required']],
    [people.tooFewScopes, [403, 'scope_missing']],
  ])('return to %s why there is no token', async (userId, expected) => {
    const get = await asUser(userId)
    expect(await errorOf(await get('/api/calendar/token'))).toEqual(expected)
    expect(await errorOf(await get('/api/calendar/events'))).toEqual(expected)
  })

  test('refuse who is not signed in', async () => {
    expect(await errorOf(await fetch(`${stage.app.url}/api/calendar/token`))).toEqual([
      401,
      'unauthenticated',
    ])
    expect(await errorOf(await fetch(`${stage.app.url}/api/calendar/events`))).toEqual([
      401,
      'unauthenticated',
    ])
  })

  test('refuse a token to a page of another site', async () => {
    const get = await asUser(people.member)
    const response = await get('/api/calendar/token', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(await errorOf(response)).toEqual([403, 'cross_origin'])
  })

  test.each(['from=yesterday', 'from=2026-01-02&to=2026-01-01', 'limit=0', 'limit=many', 'to=2026-13-01'])(
    'refuse a bad range: %s',
    async (query) => {
      const get = await asUser(people.member)
      expect(await errorOf(await get(`/api/calendar/events?${query}`))).toEqual([400, 'bad_request'])
    },
  )
})

describe('a public page', () => {
  test('costs Clerk nothing and Redis one read for the second visitor in a minute', async () => {
    // What the page compares is measured once a minute. Its users are read each time, because they can be gone.
    await (await fetch(stage.app.url)).text()
    await quiet()
    stage.standIns.clerk.resetRequests()
    const before = reads()
    const html = await (await fetch(stage.app.url)).text()
    expect(html).toContain('Reads served from the cache')
    expect(html).not.toContain('Your connections')
    expect(stage.standIns.clerk.requests().total).toBe(0)
    expect(reads() - before).toBe(1)
  })

  test('shows who is signed in their own connections, for two reads of Redis', async () => {
    const get = await asUser(people.needsReconnecting)
    await (await get('/')).text()
    stage.standIns.clerk.resetRequests()
    const before = reads()
    const html = await (await get('/')).text()
    expect(html).toContain('Your connections')
    expect(html).toContain('Needs to be reconnected')
    expect(stage.standIns.clerk.requests().total).toBe(0)
    expect(reads() - before).toBe(2)
  })
})

describe('with a dependency dead', () => {
  beforeEach(() => {
    stage.standIns.upstash.faults.clear()
    stage.standIns.clerk.faults.clear()
  })

  test('pages are served from Clerk while Redis is', async () => {
    stage.standIns.upstash.faults.set({ reset: 'before' })
    const html = await (await fetch(`${stage.app.url}/experts`)).text()
    expect(html).toContain('Amara Okafor')
  })

  test('pages are served from Redis while Clerk is', async () => {
    // The breaker stays open for a while after the test before.
    await expect
      .poll(async () => {
        const before = reads()
        await (await fetch(`${stage.app.url}/experts`)).text()
        return reads() - before
      })
      .toBeGreaterThan(0)
    await (await fetch(`${stage.app.url}/experts`)).text()
    stage.standIns.clerk.faults.add({ status: 500 })
    const html = await (await fetch(`${stage.app.url}/experts`)).text()
    expect(html).toContain('Amara Okafor')
  })

  test('a page that needs Clerk while it is says so', async () => {
    await stage.standIns.engine.restart()
    stage.standIns.clerk.faults.add({ status: 500 })
    const html = await (await fetch(`${stage.app.url}/experts`)).text()
    expect(html).toContain('Clerk is not responding')
  })

  test('nothing is printed that Next would not print', () => {
    expect(stage.app.output()).toEqual([])
  })
})

describe('the start', () => {
  const start = async (
    overrides: Record<string, string | undefined>,
    arrange: (standIns: StandIns) => void = () => {},
  ) => {
    await stage.close()
    const standIns = await startStandIns(E2E_PORT)
    arrange(standIns)
    try {
      const started = await tryStartApp({ ...standIns.env, ...overrides })
      if (!('app' in started)) return started
      const output = started.app.output()
      await started.app.stop()
      return { output }
    } finally {
      await standIns.close()
    }
  }

  test.each([
    [{ CLERK_SECRET_KEY: undefined }, 'CLERK_SECRET_KEY is missing'],
    [{ UPSTASH_REDIS_REST_URL: 'redis://wrong' }, 'UPSTASH_REDIS_REST_URL is malformed'],
    [{ CACHE_ENCRYPTION_KEYS: 'k1:short' }, 'CACHE_ENCRYPTION_KEYS is malformed'],
  ])('is refused with %o', async (overrides, message) => {
    const started = await start(overrides)
    expect(started).toMatchObject({ exitCode: 1 })
    expect('words' in started && started.words).toContain(message)
  })

  test('says that nothing is cached where Redis runs no scripts', async () => {
    const started = await start({}, ({ upstash }) => upstash.faults.set(noScripts))
    expect('output' in started && started.output.join(' ')).toContain('cannot run scripts')
  })

  test('goes ahead and says nothing while Redis is out of reach', async () => {
    expect(await start({}, ({ upstash }) => upstash.faults.set({ reset: 'before' }))).toEqual({ output: [] })
  })
})
