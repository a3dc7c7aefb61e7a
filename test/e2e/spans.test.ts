import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { people } from '../../local/seed'
import { useStage } from '../support/stage'

const file = join(mkdtempSync(join(tmpdir(), 'spans-')), 'spans.ndjson')
const sdk = fileURLToPath(new URL('../fixtures/open-telemetry.mjs', import.meta.url))
const stage = useStage({ SPANS_FILE: file, NODE_OPTIONS: `--import ${sdk}` })

const spanSchema = z.object({
  traceId: z.string(),
  name: z.string(),
  scope: z.string(),
  attributes: z.record(z.string(), z.unknown()),
})
type Span = z.infer<typeof spanSchema>

const spans = () =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => spanSchema.parse(JSON.parse(line)))

const isOurs = ({ scope }: Span) => scope === 'clerk-cache-kit'

/** Requests a page, and returns the spans that have ended since, once Next's own of the request is among them. */
async function request(path: string, headers: Record<string, string> = {}) {
  const before = spans().length
  await (await fetch(stage.app.url + path, { headers })).text()
  const since = () => spans().slice(before)
  // The middleware has a span of the same type, which names no route.
  const root = () =>
    since().find((span) => span.attributes['http.target'] === path && span.name.startsWith('GET /'))
  await vi.waitFor(() => expect(root()).toBeDefined(), { timeout: 60_000 })
  return { traceId: root()?.traceId ?? '', ours: since().filter(isOurs) }
}

const namesIn = ({ ours, traceId }: Awaited<ReturnType<typeof request>>) => [
  ...new Set(ours.filter((span) => span.traceId === traceId).map(({ name }) => name)),
]

describe('with an SDK of OpenTelemetry in a production build', () => {
  const all: Awaited<ReturnType<typeof request>>[] = []

  beforeAll(async () => {
    const { jwt } = await stage.standIns.clerk.issueSession(people.member)
    all.push(await request('/experts/amara-okafor'))
    all.push(await request('/experts'))
    all.push(await request('/api/calendar/events', { authorization: `Bearer ${jwt}` }))
    await stage.standIns.engine.restart()
    all.push(await request('/experts'))
  })

  test('each request is a trace of its own', () => {
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(all.length)
  })

  test('the loads of a request are in its trace', () => {
    for (const i of [0, 1, 3]) expect(all[i] && namesIn(all[i])).toContain('load user')
  })

  test('what a request asks of Redis for itself is in its trace', () => {
    expect(all[2] && namesIn(all[2])).toContain('redis limit')
  })

  test('no span of a later request is in the trace of the first', () => {
    const [first, ...later] = all
    expect(later.flatMap(({ ours }) => ours).filter(({ traceId }) => traceId === first?.traceId)).toEqual([])
  })

  test('a request to Clerk that a load sends is a trace of its own', () => {
    const traces = all.map(({ traceId }) => traceId)
    const clerk = all.flatMap(({ ours }) => ours).filter(({ name }) => name.startsWith('clerk '))
    expect(clerk.length).toBeGreaterThan(0)
    expect(clerk.filter(({ traceId }) => traces.includes(traceId))).toEqual([])
  })

  test('no span has the address of a request to Clerk or Redis, with names and IDs in it', () => {
    const found = spans().map(({ name, attributes }) => {
      // Of a request to this app.
      const { 'http.target': _, ...others } = attributes
      return JSON.stringify({ name, ...others })
    })
    expect(found.filter((span) => /\bfetch\b|https?:|\?|user_|amara/.test(span))).toEqual([])
  })
})
