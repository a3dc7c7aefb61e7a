import { Counter, Histogram, Registry } from 'prom-client'
import type { AuditEvent } from '../cache/audit-events'
import { lookupCounts } from '../cache/counts'
import type { ClerkRequestEvent } from '../clerk/events'
import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import type { RedisRequest } from '../lookup/redis/client'
import type { DeliveryEvent } from '../webhooks/events'
import { addGauges } from './gauges'
import { createLabel } from './labels'
import { writers } from './writers'

const REDIS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const LOAD_SECONDS = [0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 10]

/** What `clerk_cache_lookup_events_total` counts, besides hits and misses. */
const EVENTS = ['stale', 'grace', 'coalesced', 'negative', 'corrupt', 'refused', 'uncached'] as const

/**
 * The metrics of this process, in a registry of their own. Reads are counted by `lookupCounts`; the functions returned
 * here count everything else.
 */
function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `clerk_cache_${name}`, help, labelNames, registers })
  /** A counter whose values are kept elsewhere, and read when the metrics are. */
  const readCounter = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => Iterable<readonly [Record<L, string>, number]>,
  ) =>
    new Counter({
      ...{ name: `clerk_cache_${name}`, help, labelNames, registers },
      collect() {
        this.reset()
        for (const [labels, value] of read()) this.inc(labels, value)
      },
    })
  const duration = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => {
    const histogram = new Histogram({ name: `clerk_cache_${name}`, help, labelNames, buckets, registers })
    return (labels: Record<L, string>, ms: number) => histogram.observe(labels, ms / 1000)
  }

  readCounter(
    'lookups_total',
    'Reads by the layer that answered; none: nothing usable was cached.',
    ['lookup', 'layer'],
    function* () {
      for (const [lookup, counts] of Object.entries(lookupCounts())) {
        for (const layer of ['request', 'process', 'redis'] as const) yield [{ lookup, layer }, counts[layer]]
        yield [{ lookup, layer: 'none' }, counts.misses]
      }
    },
  )
  readCounter('lookup_events_total', 'Other outcomes of reads.', ['lookup', 'event'], function* () {
    for (const [lookup, counts] of Object.entries(lookupCounts()))
      for (const event of EVENTS) yield [{ lookup, event }, counts[event]]
  })
  readCounter(
    'writer_records_total',
    'Records of the batch writers; dropped: too many were pending; dead: Redis refused the record alone.',
    ['writer', 'outcome'],
    function* () {
      for (const [writer, { counts }] of Object.entries(writers()))
        for (const outcome of ['written', 'dropped', 'dead'] as const)
          yield [{ writer, outcome }, counts()[outcome]]
    },
  )
  addGauges(registry)

  const errors = counter('load_errors_total', 'Failed loads by code.', ['lookup', 'code'])
  const invalidations = counter('invalidations_total', 'Invalidations by outcome.', ['outcome'])
  const deliveries = counter('webhook_deliveries_total', 'Webhook deliveries by event type and outcome.', [
    'event',
    'outcome',
  ])
  const attempts = counter(
    'upstream_requests_total',
    'Requests to Clerk and other services, by HTTP status; 0: no answer.',
    ['service', 'operation', 'status'],
  )
  const failures = counter('redis_errors_total', 'Failed Redis operations.', ['operation', 'code'])
  const accesses = counter('access_total', 'Audit events by action and outcome.', ['action', 'outcome'])
  const loads = duration(
    'load_duration_seconds',
    'Duration of loads, including the wait for a free slot.',
    ['lookup'],
    LOAD_SECONDS,
  )
  const upstream = duration(
    'upstream_request_duration_seconds',
    'Duration of requests to Clerk and other services.',
    ['service', 'operation'],
    LOAD_SECONDS,
  )
  const redis = duration(
    'redis_request_duration_seconds',
    'Duration of Redis operations.',
    ['operation'],
    REDIS_SECONDS,
  )
  const [operationOf, codeOf, actionOf] = [createLabel(), createLabel(), createLabel()]
  // At 0 from the start: Prometheus sees no increase in a series that begins at 1, and an alert would miss the first.
  for (const outcome of ['confirmed', 'unconfirmed']) invalidations.inc({ outcome }, 0)

  return {
    registry,
    event(event: LookupEvent) {
      if (event.type === 'load' || event.type === 'load_error') loads({ lookup: event.lookup }, event.ms)
      if (event.type === 'load_error') errors.inc({ lookup: event.lookup, code: codeOf(event.code) })
      if (event.type === 'invalidate')
        invalidations.inc({ outcome: event.confirmed ? 'confirmed' : 'unconfirmed' })
    },
    delivery: ({ event, outcome }: DeliveryEvent) =>
      deliveries.inc({ event: codeOf(event), outcome: codeOf(outcome) }),
    clerk({ operation, status, ms }: ClerkRequestEvent) {
      const of = { service: 'clerk', operation: operationOf(operation) }
      attempts.inc({ ...of, status: String(status) })
      upstream(of, ms)
    },
    redis({ operation, ms, failure }: RedisRequest) {
      redis({ operation: operationOf(operation) }, ms)
      if (failure) failures.inc({ operation: operationOf(operation), code: failure })
    },
    access: ({ action, outcome }: AuditEvent) =>
      accesses.inc({ action: actionOf(action), outcome: codeOf(outcome) }),
  }
}

export const metrics = () => onePerProcess('metrics', createMetrics)
