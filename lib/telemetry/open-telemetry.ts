import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ClerkRequestEvent } from '../clerk/events'
import { clerkSettings } from '../config'
import type { LookupEvent } from '../lookup/events'
import type { RedisRequest } from '../lookup/redis/client'
import { OWN_OPERATION } from './connection'
import { withoutIds } from './labels'

type Attributes = Record<string, string | number>

/**
 * Records a span for something that has just ended, as a child of the span that is active where it ended; without one
 * it is a trace of its own. Does nothing without an OpenTelemetry SDK.
 */
function span(
  name: string,
  ms: number,
  details: { attributes: Attributes; kind?: SpanKind; error?: string },
) {
  const { attributes, kind = SpanKind.INTERNAL, error } = details
  const now = Date.now()
  const ended = trace.getTracer('clerk-cache-kit').startSpan(name, {
    startTime: now - ms,
    kind,
    attributes: { ...attributes, ...(error && { 'error.type': error }) },
  })
  if (error) ended.setStatus({ code: SpanStatusCode.ERROR, message: error })
  ended.end(now)
}

/**
 * A load is a span in the trace of the request that started it; reads are events of the span they happen in. All callers
 * that wait for a load share its request to Clerk, so that request is a trace of its own.
 */
export function traceEvent(event: LookupEvent): void {
  if (event.type === 'load')
    span(`load ${event.lookup}`, event.ms, { attributes: { 'cache.lookup': event.lookup } })
  else if (event.type === 'load_error')
    span(`load ${event.lookup}`, event.ms, {
      attributes: { 'cache.lookup': event.lookup },
      error: event.code,
    })
  else if (event.type === 'hit' || event.type === 'miss' || event.type === 'stale' || event.type === 'grace')
    trace.getActiveSpan()?.addEvent(`cache.${event.type}`, {
      'cache.lookup': event.lookup,
      ...('layer' in event && { 'cache.layer': event.layer }),
    })
}

/** A request to Clerk. 404 is an answer (there is no such user), not an error. */
export function traceClerk({ operation, status, ms }: ClerkRequestEvent): void {
  const [, method] = /^([A-Z]+) \//.exec(operation) ?? []
  const failed = status === 0 || (status >= 400 && status !== 404)
  span(`clerk ${withoutIds(operation)}`, ms, {
    kind: SpanKind.CLIENT,
    attributes: {
      'peer.service': 'clerk',
      'server.address': new URL(clerkSettings().CLERK_API_URL).hostname,
      'http.response.status_code': status,
      ...(method && { 'http.request.method': method }),
    },
    ...(failed && { error: status === 0 ? 'no_answer' : String(status) }),
  })
}

/** A request to Redis that belongs to the active span. One that many reads share belongs to none of them: no span. */
export function traceRedis({ operation, host, ms, failure }: RedisRequest): void {
  if (operation.startsWith(OWN_OPERATION) || !trace.getActiveSpan()) return
  span(`redis ${operation}`, ms, {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': operation,
      'server.address': host,
    },
    ...(failure && { error: failure }),
  })
}
