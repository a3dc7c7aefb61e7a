import { Counter, Registry } from 'prom-client'
import type { AuditEvent } from '../cache/audit-events'
import { lookupCounts } from '../cache/counts'
import type { ClerkRequestEvent } from '../clerk/events'
import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import type { RedisRequest } from '../lookup/redis/client'
import type { DeliveryEvent } from '../webhooks/events'
import { createDuration } from './duration'
import { addGauges } from './gauges'
import { createLabel } from './labels'
import { writers } from './writers'

const REDIS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const LOAD_SECONDS = [0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 10]

/** What is counted beside hits and misses, by `clerk_cache_lookup_events_total`. */
const EVENTS = ['stale', 'grace', 'coalesced', 'negative', 'corrupt', 'refused', 'uncached'] as const

/** The metrics of this process in a registry of their own; what they are told must be events that are no hits. */
function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `clerk_cache_${name}`, help, labelNames, registers })

  new Counter({
    name: 'clerk_cache_lookups_total',
    help: 'Reads by the layer that answered; none: nothing usable was cached.',
    labelNames: ['lookup', 'layer'],
    registers,
    collect() {
      this.reset()
      for (const [lookup, counts] of Object.entries(lookupCounts())) {
        for (const layer of ['request', 'process', 'redis'] as const)
          this.inc({ lookup, layer }, counts[layer])
        this.inc({ lookup, layer: 'none' }, counts.misses)
      }
    },
  })
  new Counter({
    name: 'clerk_cache_lookup_events_total',
    help: 'What else became of reads.',
    labelNames: ['lookup', 'event'],
    registers,
    collect() {
      this.reset()
      for (const [lookup, counts] of Object.entries(lookupCounts()))
        for (const event of EVENTS) this.inc({ lookup, event }, counts[event])
    },
  })
  new Counter({
    name: 'clerk_cache_writer_records_total',
    help: 'Records of the batch writers; dropped: too many were pending; dead: Redis refused it alone.',
    labelNames: ['writer', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [writer, { counts }] of Object.entries(writers()))
        for (const outcome of ['written', 'dropped', 'dead'] as const)
          this.inc({ writer, outcome }, counts()[outcome])
    },
  })
  addGauges(registry)

  const errors = counter('load_errors_total', 'Loads that failed, by code.', ['lookup', 'code'])
  const invalidations = counter('invalidations_total', 'Invalidations by outcome.', ['outcome'])
  const deliveries = counter('webhook_deliveries_total', 'Webhooks by event and what came of them.', [
    ...(['event', 'outcome'] as const),
  ])
  const attempts = counter(
    'upstream_requests_total',
    'Requests to Clerk and others, by HTTP status; 0: none.',
    [...(['service', 'operation', 'status'] as const)],
  )
  const failures = counter('redis_errors_total', 'Operations of Redis that failed.', ['operation', 'code'])
  const accesses = counter('access_total', 'Access events, as the audit trail records them.', [
    ...(['action', 'outcome'] as const),
  ])
  const loads = createDuration(registry, {
    ...{ name: 'clerk_cache_load_duration_seconds', help: 'Time of loads, waiting for a place included.' },
    ...{ labelNames: ['lookup'], buckets: LOAD_SECONDS },
  })
  const upstream = createDuration(registry, {
    ...{
      name: 'clerk_cache_upstream_request_duration_seconds',
      help: 'Time of requests to Clerk and others.',
    },
    ...{ labelNames: ['service', 'operation'], buckets: LOAD_SECONDS },
  })
  const redis = createDuration(registry, {
    ...{ name: 'clerk_cache_redis_request_duration_seconds', help: 'Time of operations of Redis.' },
    ...{ labelNames: ['operation'], buckets: REDIS_SECONDS },
  })
  const [operationOf, codeOf, actionOf] = [createLabel(), createLabel(), createLabel()]

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
