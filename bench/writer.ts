import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditEvent } from '../lib/cache/audit-events'
import { createRedisClient } from '../lib/lookup/redis/client'
import { readBatches } from '../lib/telemetry/audit-trail'
import { createBatchWriter } from '../lib/telemetry/batch-writer'
import { createStreamSink } from '../lib/telemetry/stream-sink'
import type { RestServer } from './child'
import { median } from './measure'
import type { Section } from './report'

const event = (i: number): AuditEvent => ({
  action: 'token.read',
  actor: 'user_2abcDEFghiJKLmnoPQRstuVWxyz',
  subject: 'user_2abcDEFghiJKLmnoPQRstuVWxyz',
  target: `google ${i}`,
  outcome: 'ok',
  fingerprint: 'a1b2c3d4',
})

/** Nanoseconds of an `add`, of records made before. */
function timeAdds(): number {
  const records = Array.from({ length: 100_000 }, (_, i) => event(i))
  const writer = createBatchWriter<AuditEvent>({ sink: async () => {}, maxPending: 1_000_000 })
  const start = process.hrtime.bigint()
  for (const record of records) writer.add(record)
  return Number(process.hrtime.bigint() - start) / records.length
}

const SECONDS = 10
/** Of more than the target, because a late turn costs some. */
const FAST = { rate: 110_000, maxPending: 100_000 }
const BY_DEFAULT = { rate: 20_000 }

/** Adds records at a steady rate for 10 s and writes them all; then counts them in the stream. */
async function sustain(
  { url, token }: RestServer,
  { rate, ...limits }: { rate: number; maxPending?: number },
) {
  const redis = createRedisClient({ url, token, timeoutMs: 10_000 })
  const key = `bench:audit:${rate}`
  const sink = createStreamSink<AuditEvent>({ redis, key, maxBytes: 2_000_000_000, maxAge: 3_600_000 })
  const writer = createBatchWriter<AuditEvent>({ sink, ...limits })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let [added, mostPending] = [0, 0]
  delay.enable()
  const began = performance.now()
  for (let seconds = 0; seconds < SECONDS; seconds = (performance.now() - began) / 1000) {
    // What a late turn has missed is made up for, as requests that waited would.
    for (const until = Math.min(seconds, SECONDS) * rate; added < until; added++) writer.add(event(added))
    mostPending = Math.max(mostPending, writer.pending())
    await pause(2)
  }
  const took = (performance.now() - began) / 1000
  delay.disable()
  const { dropped } = await writer.stop({ timeout: 30_000 })
  let found = 0
  for await (const { records } of readBatches({ redis, key }, { from: '-', to: '+', newestFirst: false }))
    found += records.length
  return { rate: added / took, lost: added - found, dropped, mostPending, p99: delay.percentile(99) / 1e6 }
}

/** The batch writer: what an `add` costs its caller, and how many records get through to a real Redis. */
export async function writer(server: RestServer): Promise<Section> {
  for (let i = 0; i < 3; i++) timeAdds()
  const adds = Array.from({ length: 9 }, timeAdds)
  const { rate, lost, dropped, mostPending, p99 } = await sustain(server, FAST)
  const byDefault = await sustain(server, BY_DEFAULT)
  return {
    title: 'The batch writer',
    note: `Audit records of about 230 bytes. For ${SECONDS} s into a stream of a real Redis over REST, which run in processes of their own; counted there afterwards. The event-loop delay is that of the process that adds, sampled each millisecond. 100 000 records may be pending here, ten times the default, which is a tenth of a second of such a rate.`,
    figures: [
      { name: 'an add', required: { atMost: 1000 }, measured: median(adds), unit: 'ns', rounds: adds },
      { name: 'records a second', required: { atLeast: 100_000 }, measured: Math.round(rate), unit: '' },
      { name: 'records lost', required: { exactly: 0 }, measured: lost, unit: '' },
      { name: 'event-loop delay, p99', required: { atMost: 20 }, measured: p99, unit: 'ms' },
      { name: 'records dropped', measured: dropped, unit: '' },
      { name: 'most records pending', measured: mostPending, unit: '' },
      {
        ...{ name: 'records dropped by default, at 20 000 a second', required: { exactly: 0 }, unit: '' },
        measured: byDefault.dropped + byDefault.lost,
      },
      { name: 'most records pending then', measured: byDefault.mostPending, unit: '' },
    ],
  }
}
