import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandIns } from '../../../local/stand-ins'
import { startWorker } from './workers/start-worker'

let services: Awaited<ReturnType<typeof startStandIns>>

beforeAll(async () => {
  services = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 } })
})

afterAll(() => services.close())

async function textWith(env: Record<string, string>): Promise<string[]> {
  const { ended } = startWorker('logger', { ...services.env, ...env })
  const { out, err } = await ended
  expect(out).toBe('')
  return err.trim().split('\n').filter(Boolean)
}

const linesWith = async (level: string): Promise<Record<string, unknown>[]> =>
  (await textWith({ LOG_LEVEL: level })).map((line) => JSON.parse(line))

const said = (lines: Record<string, unknown>[]) =>
  lines.map(({ time, pid, msg, name, ...rest }) => {
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect([typeof pid, name]).toEqual(['number', 'clerk-cache'])
    return rest
  })

test('logs one line when a failure begins and one when it ends, and none for a hit', async () => {
  const clerk = { service: 'clerk', operation: 'GET /users/:id', ms: 12 }
  expect(said(await linesWith('info'))).toEqual([
    { level: 'warn', event: 'upstream_failing', ...clerk, status: 500 },
    { level: 'info', event: 'upstream_recovered', service: 'clerk' },
    { level: 'warn', event: 'upstream_failing', ...clerk, status: 429 },
    { level: 'info', event: 'upstream_recovered', service: 'clerk' },
    { level: 'warn', event: 'breaker_open' },
    { level: 'info', event: 'breaker_closed' },
    { level: 'error', event: 'invalidation_unconfirmed', tags: 2 },
    { level: 'error', event: 'invalidation_given_up', tags: 2 },
    { level: 'info', event: 'invalidation_repeated' },
    { level: 'warn', event: 'corrupt', lookup: 'user' },
    { level: 'error', event: 'webhook_failed', type: 'user.updated', delivery: 'msg_2failed' },
    // The same problem once a minute.
    {
      ...{ level: 'warn', event: 'calendar_problem', code: 'calendar_not_enabled' },
      ...{ status: 403, reason: 'accessNotConfigured' },
    },
    {
      ...{ level: 'warn', event: 'calendar_problem', code: 'calendar_off' },
      ...{ status: 403, reason: 'notACalendarUser' },
    },
    { level: 'warn', event: 'ops_token_refused', path: '/api/metrics' },
    { level: 'warn', event: 'ops_token_refused', path: '/api/\u009b31m\u2028\u202e' },
  ])
}, 30_000)

test('carries no id, address or secret at any level', async () => {
  const lines = await linesWith('trace')
  expect(lines.length).toBeGreaterThan(12)
  expect(JSON.stringify(lines)).not.toMatch(/secret|@/)
}, 30_000)

test.each(['json', 'pretty'])(
  'has no character that steers a terminal, as %s',
  async (format) => {
    const lines = await textWith({ LOG_LEVEL: 'info', LOG_FORMAT: format })
    expect(lines.join('')).toMatch(/^[\x20-\x7e’]+$/)
    expect(lines.at(-1)).toContain('/api/\\u009b31m\\u2028\\u202e')
  },
  30_000,
)

test('logs nothing with LOG_LEVEL=silent', async () => {
  expect(await linesWith('silent')).toEqual([])
}, 30_000)

test('writes lines for people with LOG_FORMAT=pretty', async () => {
  const [first, second, ...more] = await textWith({ LOG_LEVEL: 'info', LOG_FORMAT: 'pretty' })
  expect(first).toMatch(
    /^\d\d:\d\d:\d\d {2}WARN {3}Clerk answers with 500 {2}event=upstream_failing service=clerk /,
  )
  expect(second).toMatch(
    /^\d\d:\d\d:\d\d {2}INFO {3}Clerk answers again {2}event=upstream_recovered service=clerk$/,
  )
  expect(more).toHaveLength(13)
}, 30_000)
