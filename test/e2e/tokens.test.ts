import { beforeEach, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { launchBrowser, openView } from '../support/browser'
import { dumpRedis } from '../support/redis-dump'
import { useStage } from '../support/stage'

const stage = useStage()
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

beforeEach(() => {
  stage.standIns.clerk.faults.clear()
})

async function asUser(userId: string) {
  const { jwt } = await stage.standIns.clerk.issueSession(userId)
  // A sign-in sends webhooks, and those have their own effects.
  await stage.standIns.clerk.webhooks.flush()
  return (path: string, init: RequestInit = {}) =>
    fetch(stage.app.url + path, { ...init, headers: { authorization: `Bearer ${jwt}`, ...init.headers } })
}

/** Somebody with one Google account for each list of scopes. */
async function newUser(...accounts: string[][]) {
  const { clerk } = stage.standIns
  const { id } = clerk.createUser({ emails: [`u${clerk.users().length}@example.com`] })
  const ids = accounts.map((scopes, i) => clerk.connect(id, { email: `${i}@example.com`, scopes }).id)
  stage.standIns.google.setEvents(id, [
    {
      id: 'one',
      summary: `Meeting of ${id}`,
      start: { dateTime: new Date(Date.now() + 3600_000).toISOString() },
      end: { dateTime: new Date(Date.now() + 7200_000).toISOString() },
    },
  ])
  await clerk.webhooks.flush()
  return { id, ids }
}

const errorOf = async (response: Response) => [response.status, (await response.json()).error.code]

/** Somebody whose token is cached, so that the webhooks of the sign-in do not load it any more. */
async function signedInWithToken() {
  const get = await asUser((await newUser([CALENDAR])).id)
  expect((await get('/api/calendar/token')).status).toBe(200)
  return get
}

/** Requests to Clerk for tokens. A sign-in's webhooks may still cause others. */
function tokensAskedFor(): number {
  const { byRoute } = stage.standIns.clerk.requests()
  const routes = Object.entries(byRoute).filter(([route]) => route.includes('oauth_access_tokens'))
  return routes.reduce((sum, [, count]) => sum + count, 0)
}

describe('another user’s token', () => {
  const victim = people.member
  const names = ['user', 'userId', 'user_id', 'id', 'sub', 'subject', 'owner', 'sessionId', 'provider']

  test.each(['/api/calendar/token', '/api/calendar/events'])(
    'cannot be had by a parameter of %s',
    async (path) => {
      const { id } = await newUser([CALENDAR])
      const get = await asUser(id)
      const forged = names.map((name) => `${name}=${victim}`)
      const answers = [
        ...(await Promise.all(forged.map((query) => get(`${path}?${query}`)))),
        ...(await Promise.all(names.map((name) => get(path, { headers: { [`x-${name}`]: victim } })))),
      ]
      for (const answer of answers) {
        const body = await answer.json()
        expect(answer.status).toBe(200)
        if (path.endsWith('token')) expect(stage.standIns.clerk.tokenInfo(body.token)?.userId).toBe(id)
        else expect(body.events.map(({ title }: { title: string }) => title)).toEqual([`Meeting of ${id}`])
      }
    },
  )

  test.each(['/api/calendar/token', '/api/calendar/events'])(
    'cannot be had by naming their account at %s',
    async (path) => {
      const mine = await newUser([CALENDAR])
      const theirs = await newUser([CALENDAR])
      const get = await asUser(mine.id)
      expect(await errorOf(await get(`${path}?account=${theirs.ids[0]}`))).toEqual([404, 'not_connected'])
      expect(await errorOf(await get(`${path}?account=${victim}`))).toEqual([404, 'not_connected'])
      expect(await errorOf(await get(`${path}?account=../${theirs.ids[0]}`))).toEqual([400, 'bad_request'])
    },
  )

  const malformed = ['../eac_1', 'eac_1:*', '%00', 'eac_%0Aeac', '__proto__', `eac_${'1'.repeat(5000)}`, '']

  test.each(['/api/calendar/token', '/api/calendar/events'])(
    'is not asked for at Clerk with what is not the ID of an account, at %s',
    async (path) => {
      const get = await signedInWithToken()
      stage.standIns.clerk.resetRequests()
      for (const account of malformed)
        expect(await errorOf(await get(`${path}?account=${account}`))).toEqual([400, 'bad_request'])
      expect(tokensAskedFor()).toBe(0)
    },
  )

  test('is not asked for by the page either, which shows the own account, and no record repeats such an ID', async () => {
    const { id } = await newUser([CALENDAR])
    const get = await asUser(id)
    await (await get('/calendar')).text()
    stage.standIns.clerk.resetRequests()
    for (const account of [...malformed, 'canary@example.com'])
      expect(await (await get(`/calendar?account=${account}`)).text()).toContain(`Meeting of ${id}`)
    expect(tokensAskedFor()).toBe(0)
    const { env, upstash } = stage.standIns
    const dump = await dumpRedis(upstash.url, env.UPSTASH_REDIS_REST_TOKEN ?? '')
    expect(dump).toContain(id)
    expect(dump).not.toContain('canary@example.com')
  })

  test('costs one request to Clerk for an ID that was made up, however often it is asked for', async () => {
    const get = await signedInWithToken()
    stage.standIns.clerk.resetRequests()
    for (let i = 0; i < 10; i++)
      for (const path of ['/api/calendar/token', '/api/calendar/events'])
        expect(await errorOf(await get(`${path}?account=eac_madeUp`))).toEqual([404, 'not_connected'])
    expect(tokensAskedFor()).toBe(1)
  })

  test('is not on their calendar page either', async () => {
    const { id } = await newUser([CALENDAR])
    const html = await (await (await asUser(id))(`/calendar?userId=${victim}&user=${victim}`)).text()
    expect(html).toContain(`Meeting of ${id}`)
    expect(html).not.toContain('Stand-up')
  })

  test('cannot be read by a page of another origin, whichever way it asks', async () => {
    const browser = await launchBrowser()
    try {
      const { cookies } = await stage.standIns.clerk.issueSession(victim)
      const view = await openView(browser)
      await view.context.addCookies(
        Object.entries(cookies).map(([name, value]) => ({ name, value, url: stage.app.url })),
      )
      const address = `${stage.app.url}/api/calendar/token`
      // Of another port, and so of another origin, though cookies are sent.
      await view.page.goto(`${stage.standIns.google.url}/somewhere`)
      const read = (mode: RequestMode) =>
        view.page.evaluate(
          async ([url, how]) => {
            const response = await fetch(url, { mode: how, credentials: 'include' })
            return `${response.status} ${await response.text()}`
          },
          [address, mode] as const,
        )
      await expect(read('cors')).rejects.toThrow('Failed to fetch')
      expect(await read('no-cors')).toBe('0 ')
      await view.page.goto(stage.app.url)
      expect(await read('same-origin')).toMatch(/^200 \{"token":"ya29\./)
    } finally {
      await browser.close()
    }
  })

  test.each(['cross-site', 'same-site'])(
    'is refused to a request that a browser marks as %s',
    async (site) => {
      const get = await asUser(victim)
      for (const path of ['/api/calendar/token', '/api/calendar/events'])
        expect(await errorOf(await get(path, { headers: { 'sec-fetch-site': site } }))).toEqual([
          403,
          'cross_origin',
        ])
    },
  )
})

test('each refusal is in the audit trail: who, whose, and why', async () => {
  const { id } = await newUser([CALENDAR])
  const get = await asUser(id)
  await get('/api/calendar/token', { headers: { 'sec-fetch-site': 'cross-site' } })
  await get('/api/calendar/token?account=eac_2somebodyelses')
  await fetch(`${stage.app.url}/api/calendar/token`)
  const { upstash, env } = stage.standIns
  const trail = async () => {
    const dump = await dumpRedis(upstash.url, env.UPSTASH_REDIS_REST_TOKEN ?? '')
    return dump.replaceAll('\\', '')
  }
  const of = (actor: string, subject: string) =>
    `"action":"token.read","actor":"${actor}","subject":"${subject}"`
  const records = [
    `${of(id, id)},"target":"google","outcome":"cross_origin"`,
    `${of(id, id)},"target":"google:eac_2somebodyelses","outcome":"not_connected"`,
    `${of('anonymous', 'nobody')},"target":"google","outcome":"unauthenticated"`,
  ]
  for (const record of records) await expect.poll(trail).toContain(record)
})

describe('a caller in a loop', () => {
  test('must wait after sixty calls in a minute, and no other user must', async () => {
    const [{ id }, other] = [await newUser([CALENDAR]), await newUser([CALENDAR])]
    const get = await asUser(id)
    // Ten at a time, and on: the window slides while they are answered.
    const answers: Response[] = []
    while (answers.length < 300 && answers.every(({ status }) => status === 200))
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => get('/api/calendar/token')))))
    expect(answers.slice(0, 60).map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200))
    const last = answers.find(({ status }) => status !== 200)
    expect(last?.status).toBe(429)
    const wait = Number(last?.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
    expect((await (await asUser(other.id))('/api/calendar/token')).status).toBe(200)
  })

  test('costs one read of Redis beside its count while within the limit', async () => {
    const { id } = await newUser([CALENDAR])
    const get = await asUser(id)
    await get('/api/calendar/token')
    stage.standIns.upstash.resetCounts()
    await get('/api/calendar/token')
    expect(stage.standIns.upstash.counts().byCommand.mget).toBe(1)
  })
})

describe('inside one server render', () => {
  test('a token that Google refuses is replaced once, and the page shows the events', async () => {
    const { clerk, google } = stage.standIns
    const { id } = await newUser([CALENDAR])
    const get = await asUser(id)
    const { token } = await (await get('/api/calendar/token')).json()
    google.revokeToken(token)
    clerk.expireToken(id)
    clerk.resetRequests()
    google.resetRequests()
    expect(await (await get('/calendar')).text()).toContain(`Meeting of ${id}`)
    expect(clerk.requests().byRoute).toEqual({
      'GET /v1/users/{user_id}/oauth_access_tokens/{provider}': 1,
    })
    expect(google.requests().total).toBe(2)
  })
})

describe('several Google accounts', () => {
  test('of which one will do need no choice', async () => {
    const { id } = await newUser([], [CALENDAR])
    expect((await (await asUser(id))('/api/calendar/events')).status).toBe(200)
  })

  test('that would all do are offered for a choice, which the routes and the page take', async () => {
    const { id, ids } = await newUser([CALENDAR], [CALENDAR])
    const get = await asUser(id)
    const refused = await get('/api/calendar/token')
    expect(refused.status).toBe(409)
    const { error } = await refused.json()
    expect(error.code).toBe('account_ambiguous')
    for (const account of ids) {
      expect(error.action.label).toContain(account)
      const { token } = await (await get(`/api/calendar/token?account=${account}`)).json()
      expect(stage.standIns.clerk.tokenInfo(token)?.externalAccountId).toBe(account)
    }
    const page = await (await get('/calendar')).text()
    expect(page).toContain('Several Google accounts are connected')
    for (const address of ['0@example.com', '1@example.com']) expect(page).toContain(address)
    const href = /href="(\/calendar\?account=[^"]+)"/.exec(page)?.[1] ?? ''
    expect(await (await get(href)).text()).toContain(`Meeting of ${id}`)
  })
})

describe('with Redis dead', () => {
  test('no token is returned, because a revocation cannot be ruled out', async () => {
    const { id } = await newUser([CALENDAR])
    const get = await asUser(id)
    stage.standIns.upstash.faults.set({ reset: 'before' })
    try {
      expect(await errorOf(await get('/api/calendar/token'))).toEqual([503, 'unavailable'])
      expect(await (await get('/calendar')).text()).toContain('Redis is not responding')
    } finally {
      stage.standIns.upstash.faults.clear()
    }
  })
})
