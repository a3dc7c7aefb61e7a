import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { readFleetCounts } from '@/lib/telemetry/fleet-counts'
import { exportAudit } from '@/lib/telemetry/read-audit'
import { viewOf } from '@/lib/telemetry/stats-view'
import { people } from '../../local/seed'
import { readMetrics } from '../lib/telemetry/prometheus'
import { startStage } from '../support/app'
import { launchBrowser, openView } from '../support/browser'

async function startServer(overrides: Record<string, string | undefined> = {}) {
  const on = await startStage(overrides)
  const get = (path: string, bearer?: string) =>
    fetch(on.app.url + path, { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} })
  const jwtOf = async (user: string) => {
    const { jwt } = await on.standIns.clerk.issueSession(user)
    await on.standIns.clerk.webhooks.flush()
    return jwt
  }
  /** What is recorded; a sign-in warms tokens, which is recorded too. */
  async function trail() {
    const { url, token } = on.standIns.upstash
    const redis = createRedisClient({ url, token, state: createProcessState() })
    const records = []
    for await (const { record } of exportAudit({ redis, key: 'ck:audit' })) records.push(record)
    return records
  }
  return { ...on, get, jwtOf, trail, opsToken: on.standIns.env.OPS_TOKEN ?? '' }
}

/** A server until the end of the test. */
async function start(overrides: Record<string, string | undefined> = {}) {
  const server = await startServer(overrides)
  onTestFinished(server.close)
  return server
}

const errorOf = async (response: Response) => [response.status, (await response.json()).error.code]

describe('a server that has shown the experts three times', () => {
  let server: Awaited<ReturnType<typeof startServer>>
  beforeAll(async () => {
    server = await startServer()
    server.standIns.clerk.resetRequests()
    for (let i = 0; i < 3; i++) await (await server.get('/experts')).text()
  })
  afterAll(() => server?.close())

  test('shows a Prometheus parser at GET /api/metrics what its pages counted', async () => {
    const { get, opsToken, standIns } = server
    const response = await get('/api/metrics', opsToken)
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const metrics = readMetrics(await response.text())
    expect(metrics.sum('clerk_cache_lookups_total', { lookup: 'user', layer: 'redis' })).toBe(26)
    expect(metrics.sum('clerk_cache_lookups_total', { lookup: 'user', layer: 'none' })).toBe(13)
    expect(metrics.sum('clerk_cache_upstream_requests_total')).toBe(standIns.clerk.requests().total)
    const names = metrics.families.map(({ name }) => name)
    for (const name of names) expect(name).toMatch(/^clerk_cache_[a-z_]+$/)
  })

  test('reports at GET /api/admin/cache/stats the hits of its own process, and within seconds those of the fleet', async () => {
    const { get, opsToken } = server
    const stats = async () => (await get('/api/admin/cache/stats?minutes=5', opsToken)).json()
    const user = { hits: { redis: 26 }, misses: 13, loads: 13 }
    expect(await stats()).toMatchObject({ process: { lookups: { user } } })
    await expect.poll(stats, { interval: 500 }).toMatchObject({ fleet: { processes: 1, lookups: { user } } })
  })

  test('refuses minutes that are none', async () => {
    const { get, opsToken } = server
    for (const minutes of ['0', '1441', 'many', '1.5'])
      expect(
        await errorOf(await get(`/api/admin/cache/stats?minutes=${minutes}`, opsToken)),
        minutes,
      ).toEqual([400, 'bad_request'])
  })

  // Last: a sign-in is counted too.
  test('shows its metrics to callers with OPS_TOKEN only', async () => {
    const { get, jwtOf, opsToken } = server
    expect(await errorOf(await get('/api/metrics'))).toEqual([401, 'unauthenticated'])
    expect(await errorOf(await get('/api/metrics', `${opsToken}x`))).toEqual([401, 'unauthenticated'])
    expect(await errorOf(await get('/api/metrics', await jwtOf(people.admin)))).toEqual([
      401,
      'unauthenticated',
    ])
    expect((await get('/api/metrics', opsToken)).status).toBe(200)
  })
})

describe('GET /api/metrics', () => {
  test('without OPS_TOKEN is not configured', async () => {
    const { get } = await start({ OPS_TOKEN: undefined })
    expect(await errorOf(await get('/api/metrics', 'anything at all'))).toEqual([503, 'not_configured'])
  })
})

describe('GET /api/admin/cache/stats', () => {
  test('is for admins and who has the token; that others tried is recorded', async () => {
    const { app, get, jwtOf, opsToken, trail } = await start()
    const path = '/api/admin/cache/stats'
    expect(await errorOf(await get(path))).toEqual([401, 'unauthenticated'])
    expect(await errorOf(await get(path, await jwtOf(people.member)))).toEqual([403, 'forbidden'])
    expect((await get(path, await jwtOf(people.admin))).status).toBe(200)
    const response = await get(path, opsToken)
    expect(response.headers.get('cache-control')).toBe('no-store, private')
    await app.stop()
    const refusal = {
      action: 'admin.require',
      actor: people.member,
      subject: people.member,
      outcome: 'forbidden',
    }
    expect((await trail()).filter(({ action }) => action === refusal.action)).toMatchObject([refusal])
  })
})

const stopped = z.tuple([
  z.object({
    writers: z.object({ audit: z.object({ written: z.number(), dropped: z.number(), pending: z.number() }) }),
  }),
])

describe('on SIGTERM', () => {
  test('with a dashboard open, requests under way are answered and every record is written', async () => {
    const { app, get, jwtOf, trail, standIns } = await start({
      CACHE_BACKPLANE: 'on',
      CACHE_PROCESS_TTL: '60',
    })
    const browser = await launchBrowser()
    const view = await openView(browser)
    await view.page.goto(`${app.url}/dashboard/cache`)
    await view.page.getByRole('button', { name: 'Ada Lindgren' }).click()
    await view.page.getByRole('heading', { name: 'Cache health' }).filter({ visible: true }).waitFor()
    // Its stream is open by now.
    await view.page.getByTitle('Updates every 4 seconds').waitFor()
    await view.settled()
    expect(app.logs().map(({ event }) => event)).toContain('backplane_alive')

    const jwt = await jwtOf(people.member)
    // What is asked for now waits for Redis until the signal has come.
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    standIns.upstash.faults.set({ only: ['mget'], before: () => held })
    const refused = Promise.all(
      Array.from({ length: 40 }, () => get('/api/admin/cache/stats', jwt).then(errorOf)),
    )
    // Connections are taken in the order in which they come: those before this one are taken when it is answered.
    expect((await get('/icon.svg')).status).toBe(200)
    const exit = app.stop()
    await expect.poll(() => app.logs().map(({ event }) => event)).toContain('stopping')
    release()
    expect(await refused).toEqual(Array(40).fill([403, 'forbidden']))
    expect(await exit).toBe(0)
    standIns.upstash.faults.clear()

    const [{ writers }] = stopped.parse(app.logs().filter(({ event }) => event === 'stopped'))
    expect(writers.audit).toMatchObject({ dropped: 0, pending: 0 })
    const records = await trail()
    expect(records).toHaveLength(writers.audit.written)
    // Forty refusals of one member: one record, one that counts nineteen more, and one that says that there were others.
    const counts = records
      .filter(({ action }) => action === 'admin.require')
      .map(({ repeats = 1 }) => repeats)
    expect(counts).toEqual([1, 19])
    expect(records.filter(({ action }) => action === 'audit.throttle')).toHaveLength(1)
    expect(app.output()).toEqual([])
    await browser.close()
  })

  test('what the answer left to after() is done, too', async () => {
    const { app, standIns } = await start()
    const { clerk, upstash } = standIns
    await clerk.webhooks.flush()
    clerk.resetRequests()
    // A sign-in: its webhook is answered, and then the user is warmed, which takes Clerk a second.
    clerk.faults.add({ route: 'GET /v1/users', latencyMs: 1000 })
    // It changes the user too. That webhook comes first: after it, the load would rightly be repeated.
    clerk.webhooks.pause()
    await clerk.issueSession(people.expert)
    clerk.webhooks.resume({ reversed: true })
    await clerk.webhooks.flush()
    await expect.poll(() => clerk.requests().byRoute['GET /v1/users']).toBe(1)
    expect(await app.stop()).toBe(0)
    // A load is counted when it has ended, and what was counted was written after that.
    const { url, token } = upstash
    const redis = createRedisClient({ url, token, state: createProcessState() })
    const { series } = await readFleetCounts({ redis, namespace: 'ck' }, { minutes: 5, now: Date.now() })
    expect(viewOf(series).lookups.user?.loads).toBe(clerk.requests().byRoute['GET /v1/users'])
  })
})

test('where Next ends the process by itself, the log warns of it at the start', async () => {
  const { app } = await start({ NEXT_MANUAL_SIG_HANDLE: undefined })
  expect(app.logs().map(({ event }) => event)).toEqual(['signals_left_to_next'])
})

test('where instances stop between requests, a record is written when its request has been answered', async () => {
  // A process whose timers of 5 s never end, as of an instance that has stopped: the writer's own is one of them.
  const stopTimers = `const timer = setTimeout
    globalThis.setTimeout = Object.assign((f, ms, ...args) => timer(f, ms === 5000 ? 2 ** 31 - 1 : ms, ...args), timer)`
  const { get, jwtOf, trail, app } = await start({
    AWS_LAMBDA_FUNCTION_NAME: 'app',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(stopTimers)}`,
  })
  const jwt = await jwtOf(people.member)
  await get('/api/admin/cache/stats', jwt)
  await expect
    .poll(async () => (await trail()).map(({ action }) => action), { timeout: 20_000 })
    .toContain('admin.require')
  expect(app.output()).toEqual([])
})
