import { type AuditEvent, LONGEST_FIELD } from '../cache/audit-events'
import { namespace } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { maxAgeOfRecords } from '../webhooks/settings'
import { createBatchWriter } from './batch-writer'
import { telemetryRedis } from './connection'
import { type Repetitions, writeFolded } from './folded-audit'
import { logDeadLetter, logSink } from './log'
import { createStreamSink } from './stream-sink'

/** Most bytes of the trail in Redis, about 150 000 records. The oldest are deleted first. */
const TRAIL_BYTES = 32 * 1024 * 1024
export const auditKey = (): string => `${namespace()}:audit`

const clip = (text: string) => text.slice(0, LONGEST_FIELD)

type Recorded = AuditEvent & Partial<Repetitions>

/** Only the known fields of an event. */
const recordOf = ({ impersonating, target, fingerprint, repeats, lastAt, ...event }: Recorded): Recorded => ({
  ...{ action: clip(event.action), actor: clip(event.actor), subject: clip(event.subject) },
  ...(impersonating !== undefined && { impersonating: clip(impersonating) }),
  ...(target !== undefined && { target: clip(target) }),
  outcome: clip(event.outcome),
  ...(fingerprint !== undefined && { fingerprint: clip(fingerprint) }),
  ...(repeats !== undefined && lastAt !== undefined && { repeats, lastAt }),
})

/** The writer of this process's audit records. */
export const auditWriter = () =>
  onePerProcess('audit-writer', () =>
    createBatchWriter<Recorded>({
      sink: createStreamSink({
        ...{ redis: telemetryRedis(), key: auditKey(), maxBytes: TRAIL_BYTES, maxAge: maxAgeOfRecords() },
      }),
      lost: (count) => ({
        ...{ action: 'audit.drop', actor: 'system', subject: 'audit' },
        ...{ target: String(count), outcome: 'too_many_pending' },
      }),
      onDeadLetter: ({ id }) => logDeadLetter('audit', id),
      onSink: (state) => logSink('audit', state),
    }),
  )

/** Adds a record to the trail, or counts a repetition. Does not throw and does not wait. */
export const recordAudit = (event: AuditEvent): void =>
  // Clipped first: what is counted is kept for ten minutes.
  writeFolded(recordOf(event), (record) => void auditWriter().add(record))

/** Writes the pending records. False if Redis did not store them within `timeout` milliseconds (default: one attempt). */
export const flushAudit = (options?: { timeout: number }): Promise<boolean> => auditWriter().flush(options)
