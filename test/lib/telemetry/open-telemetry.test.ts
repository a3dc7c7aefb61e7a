import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, context, metrics as metricsApi, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

/** As an SDK for Node has it: what is active follows the asynchronous calls. */
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
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const meters = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3600_000 })],
})
const services = useServices({ env: { LOG_LEVEL: 'silent' }, keep: true })

beforeAll(async () => {
  context.setGlobalContextManager(contextManager())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
  metricsApi.setGlobalMeterProvider(meters)
  await startTelemetry()
})

afterAll(async () => {
  await stopTelemetry({ timeout: 1000 })
  await meters.shutdown()
})

beforeEach(() => spans.reset())

/** Runs it inside a span, as a request is. */
const inRequest = <T>(work: () => Promise<T>) =>
  trace.getTracer('test').startActiveSpan('request', async (span) => {
    await work().finally(() => span.end())
    return span.spanContext().spanId
  })

const finished = () =>
  spans.getFinishedSpans().map(({ name, parentSpanContext, events, attributes, status }) => ({
    name,
    parent: parentSpanContext?.spanId,
    events: events.map(({ name }) => name),
    attributes,
    status,
  }))

describe('spans', () => {
  test('a load is part of the request that began it; its request to Clerk is a trace of its own', async () => {
    const request = await inRequest(() => getCachedUserById(people.member))
    const all = finished()
    const of = (name: string) => all.find((span) => span.name === name)
    expect(of('load user')).toMatchObject({ parent: request, attributes: { 'cache.lookup': 'user' } })
    expect(of('clerk GET /users')).toMatchObject({
      parent: undefined,
      attributes: { 'peer.service': 'clerk', 'http.response.status_code': 200 },
    })
    expect(of('request')?.events).toEqual(['cache.miss'])
  })

  test('a hit is an event of the request, and no span', async () => {
    await getCachedUserById(people.member)
    spans.reset()
    await inRequest(() => getCachedUserById(people.member))
    expect(finished()).toMatchObject([{ name: 'request', events: ['cache.hit'] }])
  })

  test('a failure is an error with its code, and says nothing else', async () => {
    services.clerk.faults.add({ status: 500, times: 1 })
    await inRequest(() => getCachedUserById(people.expert).catch(() => null))
    const load = finished().find(({ name }) => name === 'load user')
    expect(load?.status).toEqual({ code: 2, message: 'clerk_unavailable' })
    expect(JSON.stringify(finished())).not.toContain(people.expert)
  })
})

test('metrics are those that Prometheus is shown, under their names there', async () => {
  await getCachedUserById(people.member)
  await meters.forceFlush()
  const all =
    measured
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
  const names = all.map(({ descriptor }) => descriptor.name)
  expect(names).toEqual(
    expect.arrayContaining([
      'clerk_cache.lookups',
      'clerk_cache.redis_breaker_open',
      'clerk_cache.clerk_budget_left',
      'clerk_cache.redis_request_duration',
      'clerk_cache.upstream_request_duration',
    ]),
  )
  const misses = all
    .find(({ descriptor }) => descriptor.name === 'clerk_cache.lookups')
    ?.dataPoints.find(({ attributes }) => attributes.lookup === 'user' && attributes.layer === 'none')
  expect(misses?.value).toBe(2)
})
