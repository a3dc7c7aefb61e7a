import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import type { AuditEvent } from './audit-events'

/** How many events of one kind and cause are emitted in a minute. More would push other events out of the trail. */
const MAX_PER_MINUTE = 20

const counts = onePerProcess(
  'throttled-audit',
  () => new LRUCache<string, number>({ max: 5000, ttl: 60_000 }),
)

/**
 * The event if it may be emitted; after twenty of a kind within a minute one event that says so, then nothing. Background
 * work has one limit for each user whom it is about: nobody can make it use up that of others.
 */
export function throttled(event: AuditEvent): AuditEvent | undefined {
  const { action, outcome, actor, subject } = event
  const kind = `${action} ${outcome} ${actor === 'system' ? subject : actor}`
  const count = counts.get(kind) ?? 0
  if (count > MAX_PER_MINUTE) return undefined
  // The minute begins with the first event.
  counts.set(kind, count + 1, { noUpdateTTL: count > 0 })
  if (count < MAX_PER_MINUTE) return event
  return { action: 'audit.throttle', actor, subject, target: action, outcome }
}
