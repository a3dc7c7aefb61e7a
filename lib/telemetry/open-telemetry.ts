import { metrics, type ObservableResult, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Registry } from 'prom-client'
import type { ClerkRequestEvent } from '../clerk/events'
import type { LookupEvent } from '../lookup/events'
import type { RedisRequest } from '../lookup/redis/client'
import { OWN_OPERATION } from './connection'
import { withoutIds } from './labels'

export const METER = 'clerk-cache-kit'

/** `clerk_cache_lookups_total` is `clerk_cache.lookups` there: its exporters append units and kinds by themselves. */
export const otelName = (name: string): string =>
  name.replace(/^clerk_cache_/, 'clerk_cache.').replace(/_(total|seconds|bytes)$/, '')

/** Shows every counter and gauge of the registry to OpenTelemetry's SDK, which reads them when it exports. */
export async function observeRegistry(registry: Registry): Promise<void> {
  const meter = metrics.getMeter(METER)
  for (const { name, help: description } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name)
    if (!metric || name.endsWith('_duration_seconds')) continue
    const kind = name.endsWith('_total') ? 'createObservableCounter' : 'createObservableGauge'
    meter[kind](otelName(name), { description }).addCallback(async (result: ObservableResult) => {
      for (const { value, labels } of (await metric.get()).values) result.observe(value, labels)
    })
  }
}

const tracer = () => trace.getTracer(METER)

/** A span for what has just ended. Without an SDK it is nothing. */
function span(name: string, ms: number, attributes: Record<string, string | number>, failure?: string) {
  const now = Date.now()
  const ended = tracer().startSpan(name, { startTime: now - ms, attributes })
  if (failure) ended.setStatus({ code: SpanStatusCode.ERROR, message: failure })
  ended.end(now)
}

/**
 * Spans of loads and of requests to an upstream; reads are events of the span they happen in. A load is shared by all who
 * wait for it, so its request to Clerk is a trace of its own, and the load is part of the trace of who began it.
 */
export function traceEvent(event: LookupEvent): void {
  if (event.type === 'load') span(`load ${event.lookup}`, event.ms, { 'cache.lookup': event.lookup })
  else if (event.type === 'load_error')
    span(`load ${event.lookup}`, event.ms, { 'cache.lookup': event.lookup }, event.code)
  else if (event.type === 'hit' || event.type === 'miss' || event.type === 'stale' || event.type === 'grace')
    trace.getActiveSpan()?.addEvent(`cache.${event.type}`, {
      'cache.lookup': event.lookup,
      ...('layer' in event && { 'cache.layer': event.layer }),
    })
}

/** A request to Clerk. */
export function traceClerk({ operation, status, ms }: ClerkRequestEvent): void {
  const failed = status === 0 || status >= 400
  const attributes = { 'peer.service': 'clerk', 'http.response.status_code': status }
  span(`clerk ${withoutIds(operation)}`, ms, attributes, failed ? String(status) : '')
}

/** A request to Redis, as part of the trace it belongs to; one that many reads share belongs to none. */
export function traceRedis({ operation, ms, failure }: RedisRequest): void {
  if (operation.startsWith(OWN_OPERATION) || !trace.getActiveSpan()) return
  span(`redis ${operation}`, ms, { 'db.system.name': 'redis', 'db.operation.name': operation }, failure)
}
