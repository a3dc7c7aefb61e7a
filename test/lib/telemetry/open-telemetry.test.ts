import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { emitClerkRequest } from '@/lib/clerk/events'
import { redis } from '@/lib/config'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

/** As in an SDK for Node: the active span follows asynchronous calls. */
function contextManager() {
  const storage = new AsyncLocalStorage<Context>()
  const manager: Parameters<typeof context.setGlobalContextManager>[0] = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, thisArg, ...args) => storage.run(active, () => fn.call(thisArg, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}

const spans = new InMemorySpanExporter()
const services = useServices({ env: { LOG_LEVEL: 'silent' }, keep: true })

beforeAll(async () => {
  context.setGlobalContextManager(contextManager())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
  await startTelemetry()
})

afterAll(async () => {
  await stopTelemetry({ timeout: 1000 })
})

beforeEach(() => spans.reset())

/** Runs it inside a span, like a request. */
const inSpan = <T>(work: () => Promise<T>) =>
  trace.getTracer('test').startActiveSpan('request', async (span) => {
    await work().finally(() => span.end())
    return span.spanContext()
  })
const inRequest = async <T>(work: () => Promise<T>) => (await inSpan(work)).spanId

const finished = () =>
  spans.getFinishedSpans().map((span) => ({
    name: span.name,
    trace: span.spanContext().traceId,
    kind: span.kind,
    parent: span.parentSpanContext?.spanId,
    events: span.events.map(({ name }) => name),
    attributes: span.attributes,
    status: span.status,
  }))

describe('spans', () => {
  test('a load is part of the request that started it; its request to Clerk is a trace of its own', async () => {
    const request = await inRequest(() => getCachedUserById(people.member))
    const all = finished()
    const of = (name: string) => all.find((span) => span.name === name)
    expect(of('load user')).toMatchObject({ parent: request, attributes: { 'cache.lookup': 'user' } })
    expect(of('clerk GET /users')).toMatchObject({
      parent: undefined,
      kind: SpanKind.CLIENT,
      attributes: {
        'peer.service': 'clerk',
        'server.address': 'localhost',
        'http.request.method': 'GET',
        'http.response.status_code': 200,
      },
    })
    expect(of('request')?.events).toEqual(['cache.miss'])
  })

  test('a hit is an event of the request, not a span', async () => {
    await getCachedUserById(people.member)
    spans.reset()
    await inRequest(() => getCachedUserById(people.member))
    expect(finished()).toMatchObject([{ name: 'request', events: ['cache.hit'] }])
  })

  test('a failure is an error with its code, and nothing else', async () => {
    services.clerk.faults.add({ status: 500, times: 1 })
    await inRequest(() => getCachedUserById(people.expert).catch(() => null))
    const load = finished().find(({ name }) => name === 'load user')
    expect(load?.status).toEqual({ code: 2, message: 'clerk_unavailable' })
    expect(JSON.stringify(finished())).not.toContain(people.expert)
  })

  test('a request to Redis that a request makes for itself is a span of its trace', async () => {
    const request = await inRequest(() => redis().insist('ping', (client) => client.ping()))
    const ping = finished().find(({ name }) => name === 'redis ping')
    expect(ping).toMatchObject({ parent: request, kind: SpanKind.CLIENT, status: { code: 0 } })
    expect(ping?.attributes).toEqual({
      'db.system.name': 'redis',
      'db.operation.name': 'ping',
      'server.address': '127.0.0.1',
    })
  })

  test('404 is an answer of Clerk, not an error; 429 and 500 are errors', () => {
    for (const status of [404, 429, 500]) emitClerkRequest({ operation: 'GET /users/:id', status, ms: 1 })
    expect(finished().map(({ status }) => status.code)).toEqual([0, 2, 2])
    expect(finished().map(({ attributes }) => attributes['error.type'])).toEqual([undefined, '429', '500'])
  })

  test('work of a later request is never part of the first one’s trace, whichever request loads the modules', async () => {
    // As in Next, where the modules of pages are loaded inside the first request that renders one.
    vi.resetModules()
    const load = () => import('@/lib/cache/clerk-cache')
    const first = await inSpan(async () => {
      const { getCachedUserById } = await load()
      await getCachedUserById(people.admin)
    })
    spans.reset()
    const read = async () => {
      const { getCachedUserById } = await load()
      await getCachedUserById(people.neverConnected)
    }
    const second = await inSpan(read)
    await inSpan(read)
    const all = finished()
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['load user', 'clerk GET /users', 'request']),
    )
    expect(all.filter(({ trace }) => trace === first.traceId)).toEqual([])
    expect(all.find(({ name }) => name === 'load user')?.trace).toBe(second.traceId)
  })
})
