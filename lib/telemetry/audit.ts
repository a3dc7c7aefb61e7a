import type { AuditEvent } from '../cache/audit-events'
import { namespace } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { createBatchWriter } from './batch-writer'
import { telemetryRedis } from './connection'
import { logDeadLetter, logSink } from './log'
import { createStreamSink } from './stream-sink'

/** Most bytes of the trail in Redis, which is some 150 000 records; older ones go. */
const TRAIL_BYTES = 32 * 1024 * 1024
/** Most characters of a field. Ids and short words have fewer; what has more was made by somebody to fill the trail. */
const LONGEST = 200

export const auditKey = (): string => `${namespace()}:audit`

const clip = (text: string) => text.slice(0, LONGEST)

/** Exactly the known fields, whatever else an event may carry. */
const recordOf = ({ action, actor, subject, target, outcome, fingerprint }: AuditEvent): AuditEvent => ({
  ...{ action: clip(action), actor: clip(actor), subject: clip(subject) },
  ...(target !== undefined && { target: clip(target) }),
  outcome: clip(outcome),
  ...(fingerprint !== undefined && { fingerprint: clip(fingerprint) }),
})

/** The writer of this process's audit records. */
export const auditWriter = () =>
  onePerProcess('audit-writer', () =>
    createBatchWriter<AuditEvent>({
      sink: createStreamSink({ redis: telemetryRedis(), key: auditKey(), maxBytes: TRAIL_BYTES }),
      lost: (count) => ({
        ...{ action: 'audit.drop', actor: 'system', subject: 'audit' },
        ...{ target: String(count), outcome: 'too_many_pending' },
      }),
      onDeadLetter: ({ id }) => logDeadLetter('audit', id),
      onSink: (state) => logSink('audit', state),
    }),
  )

/** Adds a record to the trail; never throws, never waits. */
export const recordAccess = (event: AuditEvent): void => void auditWriter().add(recordOf(event))
