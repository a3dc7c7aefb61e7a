import { onAudit } from '../cache/audit-events'
import { lookupCounts } from '../cache/counts'
import { onCalendarProblem } from '../calendar/problem-events'
import { onClerkRequest, onLeftOut } from '../clerk/events'
import { insideNext, traceNoAddresses } from '../env'
import type { LookupEvent } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { processState } from '../lookup/process-state'
import { onRedisRequest } from '../lookup/redis/client'
import { onDelivery } from '../webhooks/events'
import { recordAudit } from './audit'
import { backgroundClock, type WriterCounts } from './batch-writer'
import { countsWriter, MOST_PENDING, minuteOf } from './fleet-counts'
import { endWindows } from './folded-audit'
import { createEventLog } from './log-events'
import { metrics } from './metrics'
import { traceClerk, traceEvent, traceRedis } from './open-telemetry'
import { difference, fieldsOf, readSeries } from './series'
import { stopsBetweenRequests } from './settings'
import { writers } from './writers'

/** Milliseconds between two records of what this process counted. */
const EVERY = 5_000
/** Milliseconds for which a flush after a response retries while Redis is not responding. The platform waits for it. */
const FLUSH_FOR = 2_000

let flushedAt = Number.NEGATIVE_INFINITY

function createCollector() {
  let collected = new Map<string, number>()
  let collecting: Promise<void> | undefined

  async function collect() {
    const fields = fieldsOf(await readSeries(metrics().registry))
    const grown = difference(fields, collected)
    // If too much is pending already, this difference is part of the next one.
    if (Object.keys(grown).length === 0 || countsWriter().pending() >= MOST_PENDING) return
    const record = { minute: minuteOf(Date.now()), fields: grown }
    if (countsWriter().add(record) === 'accepted') collected = fields
  }

  return (): Promise<void> => {
    collecting ??= collect().finally(() => {
      collecting = undefined
    })
    return collecting
  }
}

/** Passes what this process has counted since the last call to the writer of the fleet's sums. */
const collectCounts = (): Promise<void> => onePerProcess('collector', createCollector)()

/** Writes the pending counts and audit records. False if some are still pending after `timeout` milliseconds. */
export async function flushTelemetry({ timeout }: { timeout: number }): Promise<boolean> {
  flushedAt = performance.now()
  await collectCounts()
  const { audit, counts } = writers()
  const done = await Promise.all([audit.flush({ timeout }), counts.flush({ timeout })])
  return done.every(Boolean)
}

/**
 * For platforms that stop an instance once it has answered: flushes after the response and keeps the instance until
 * then, once for any number of calls before it. Does nothing elsewhere, where the writers' own timers do it.
 */
async function createFlushAfterResponse(): Promise<() => void> {
  if (!insideNext || !stopsBetweenRequests) return () => {}
  const { after } = await import('next/server')
  let requested = false
  return () => {
    if (requested) return
    // Set first: inside another `after()` Next runs the task at once.
    requested = true
    try {
      after(() => {
        requested = false
        return flushTelemetry({ timeout: FLUSH_FOR })
      })
    } catch {
      // Outside a request, where the instance is not stopped.
      requested = false
    }
  }
}

/**
 * From now on counts, records, logs and traces what happens in this process. Call it once at the start of the process,
 * after the registration of an OpenTelemetry SDK. `stopTelemetry` writes what is pending.
 */
export async function startTelemetry(): Promise<void> {
  traceNoAddresses()
  lookupCounts()
  const { event: count, clerk, delivery, redis, access } = metrics()
  const logEvent = createEventLog()
  const flushAfterResponse = await createFlushAfterResponse()

  const listen = (event: LookupEvent) => {
    if (stopsBetweenRequests && performance.now() - flushedAt > EVERY) flushAfterResponse()
    traceEvent(event)
    if (event.type === 'hit') return
    count(event)
    logEvent.lookup(event)
  }
  processState().on(listen, 'telemetry')
  onClerkRequest('telemetry', (request) => {
    clerk(request)
    logEvent.clerk(request)
    traceClerk(request)
  })
  onCalendarProblem('telemetry', logEvent.calendar)
  onDelivery('telemetry', (event) => {
    delivery(event)
    logEvent.delivery(event)
  })
  onLeftOut('telemetry', logEvent.leftOut)
  onRedisRequest('telemetry', (request) => {
    redis(request)
    traceRedis(request)
  })
  onAudit('telemetry', (event) => {
    access(event)
    logEvent.access(event)
    recordAudit(event)
    flushAfterResponse()
  })
  onePerProcess('counting', () => repeat())
}

function repeat(): void {
  const write = () => collectCounts().then(() => writers().counts.flush())
  backgroundClock.timer(EVERY, () => void write().then(repeat, repeat))
}

/** Accepts no more records, writes the pending ones for at most `timeout` milliseconds, and returns each writer's counts. */
export async function stopTelemetry({ timeout }: { timeout: number }): Promise<Record<string, WriterCounts>> {
  // The writers' timers do not keep the process alive, and there may be nothing else that does.
  const hold = setTimeout(() => {}, 2 * timeout)
  try {
    endWindows()
    await collectCounts()
    const { audit, counts } = writers()
    const [audited, counted] = await Promise.all([audit.stop({ timeout }), counts.stop({ timeout })])
    return { audit: audited, counts: counted }
  } finally {
    clearTimeout(hold)
  }
}
