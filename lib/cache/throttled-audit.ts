import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import { type AuditEvent, emitAudit } from './audit-events'

/** How many events of one kind and actor are emitted in a minute. More would push other events out of the trail. */
const MAX_PER_MINUTE = 20

const counts = onePerProcess(
  'throttled-audit',
  () => new LRUCache<string, number>({ max: 5000, ttl: 60_000 }),
)

/** Emits an audit event that its actor can cause as often as they like, such as a refusal. */
export function emitThrottledAudit(event: AuditEvent): void {
  const kind = `${event.action} ${event.outcome} ${event.actor}`
  const count = counts.get(kind) ?? 0
  if (count >= MAX_PER_MINUTE) return
  // The minute begins with the first event.
  counts.set(kind, count + 1, { noUpdateTTL: count > 0 })
  emitAudit(event)
}
