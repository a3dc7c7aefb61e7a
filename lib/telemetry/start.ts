import { onAudit } from '../cache/audit-events'
import { lookupCounts } from '../cache/counts'
import { clerkBudget } from '../clerk/budget'
import { onClerkRequest } from '../clerk/events'
import { stopsBetweenRequests } from '../env'
import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { processState } from '../lookup/process-state'
import { onRedisRequest } from '../lookup/redis/client'
import { onDelivery } from '../webhooks/events'
import { afterResponse } from './after-response'
import { recordAccess } from './audit'
import { backgroundClock } from './background-clock'
import type { WriterCounts } from './batch-writer'
import { collectCounts } from './collect'
import { createEventLog } from './log-events'
import { metrics } from './metrics'
import { observeRegistry, traceClerk, traceEvent, traceRedis } from './open-telemetry'
import { writers } from './writers'

/** Milliseconds between two tellings of what was counted. */
const EVERY = 5_000
/** Milliseconds a platform is kept from stopping the instance while Redis does not take the records. */
const PATIENCE = 2_000

let flushedAt = Number.NEGATIVE_INFINITY

/** Writes what was counted and recorded. False when something is left. */
export async function flushTelemetry({ timeout }: { timeout: number }): Promise<boolean> {
  flushedAt = performance.now()
  await collectCounts()
  const { audit, counts } = writers()
  const done = await Promise.all([audit.flush({ timeout }), counts.flush({ timeout })])
  return done.every(Boolean)
}

/** Flushes after the response, where time may stop then: once, however many ask before it is answered. */
function createFlushRequest() {
  let asked = false
  return () => {
    if (asked) return
    // Before: inside another `after()` Next runs the task at once.
    asked = true
    const accepted = afterResponse(() => {
      asked = false
      return flushTelemetry({ timeout: PATIENCE })
    })
    if (!accepted) asked = false
  }
}

/**
 * Counts, records, logs and traces what happens in this process from now on. Once, when the process starts; after
 * OpenTelemetry's SDK, if there is one. `stopTelemetry` writes what is left.
 */
export async function startTelemetry(): Promise<void> {
  lookupCounts()
  const { registry, event: count, clerk, delivery, redis, access } = metrics()
  const budget = clerkBudget()
  const logEvent = createEventLog()
  const flushSoon = createFlushRequest()

  const listen = (event: LookupEvent) => {
    if (stopsBetweenRequests && performance.now() - flushedAt > EVERY) flushSoon()
    traceEvent(event)
    if (event.type === 'hit') return
    count(event)
    logEvent.lookup(event)
  }
  processState().on(listen, 'telemetry')
  onClerkRequest('telemetry', (request) => {
    budget.listen(request)
    clerk(request)
    logEvent.clerk(request)
    traceClerk(request)
  })
  onDelivery('telemetry', delivery)
  onRedisRequest('telemetry', (request) => {
    redis(request)
    traceRedis(request)
  })
  onAudit('telemetry', (event) => {
    access(event)
    recordAccess(event)
    flushSoon()
  })
  await observeRegistry(registry)
  onePerProcess('counting', () => repeat())
}

function repeat(): void {
  const tell = () => collectCounts().then(() => writers().counts.flush())
  backgroundClock.timer(EVERY, () => void tell().then(repeat, repeat))
}

/** Accepts no more records, writes what is left for `timeout` milliseconds at most, and says what became of all. */
export async function stopTelemetry({ timeout }: { timeout: number }): Promise<Record<string, WriterCounts>> {
  // The writers' timers keep no process alive, and nothing else may be left that does.
  const hold = setTimeout(() => {}, 2 * timeout)
  try {
    await collectCounts()
    const { audit, counts } = writers()
    const [audited, counted] = await Promise.all([audit.stop({ timeout }), counts.stop({ timeout })])
    return { audit: audited, counts: counted }
  } finally {
    clearTimeout(hold)
  }
}
