import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandIns } from '../../../local/stand-ins'
import { startWorker } from './workers/start-worker'

let services: Awaited<ReturnType<typeof startStandIns>>

beforeAll(async () => {
  services = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 } })
})

afterAll(() => services.close())

async function linesWith(level: string): Promise<Record<string, unknown>[]> {
  const { ended } = startWorker('logger', { ...services.env, LOG_LEVEL: level })
  const { out, err } = await ended
  expect(out).toBe('')
  return err
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

const said = (lines: Record<string, unknown>[]) =>
  lines.map(({ time, pid, msg, name, ...rest }) => {
    expect([typeof time, typeof pid, name]).toEqual(['number', 'number', 'clerk-cache'])
    return rest
  })

test('says once that something fails and once that it is over, and nothing of a hit', async () => {
  const clerk = { service: 'clerk', operation: 'GET /users/:id', ms: 12 }
  expect(said(await linesWith('info'))).toEqual([
    { level: 40, event: 'upstream_failing', ...clerk, status: 500 },
    { level: 30, event: 'upstream_recovered', service: 'clerk' },
    { level: 40, event: 'upstream_failing', ...clerk, status: 429 },
    { level: 30, event: 'upstream_recovered', service: 'clerk' },
    { level: 40, event: 'breaker_open' },
    { level: 30, event: 'breaker_closed' },
    { level: 50, event: 'invalidation_unconfirmed', tags: 2 },
    { level: 40, event: 'corrupt', lookup: 'user' },
  ])
}, 30_000)

test('carries no id, address or secret at any level', async () => {
  const lines = await linesWith('trace')
  expect(lines.length).toBeGreaterThan(12)
  expect(JSON.stringify(lines)).not.toMatch(/secret|@/)
}, 30_000)

test('says nothing when it is told to be silent', async () => {
  expect(await linesWith('silent')).toEqual([])
}, 30_000)
