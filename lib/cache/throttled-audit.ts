import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import { type AuditEvent, emitAudit } from './audit-events'

/** Refusals of one kind and actor that are told in a minute: repeating one must not push all else out of the trail. */
const MOST = 20

const told = onePerProcess('told-refusals', () => new LRUCache<string, number>({ max: 5000, ttl: 60_000 }))

/** Tells a refusal that its actor can bring about as often as they like. */
export function emitThrottledAudit(event: AuditEvent): void {
  const kind = `${event.action} ${event.outcome} ${event.actor}`
  const count = told.get(kind) ?? 0
  if (count >= MOST) return
  // The minute is that of the first.
  told.set(kind, count + 1, { noUpdateTTL: count > 0 })
  emitAudit(event)
}
