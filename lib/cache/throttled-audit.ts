import { LRUCache } from 'lru-cache'
import { onePerProcess } from '../lookup/one-per-process'
import type { AuditEvent } from './audit-events'

/** How many events of one kind and cause are emitted in ten minutes. More would push other events out of the trail. */
const MOST = 20

/** Actors that are no one person: background work, and somebody who impersonates a user and is not named. */
const NOBODY = ['system', 'unknown']

const counts = onePerProcess(
  'throttled-audit',
  () => new LRUCache<string, number>({ max: 5000, ttl: 10 * 60_000 }),
)

/**
 * The event if it may be emitted; after twenty of a kind within ten minutes one event that says so, then nothing. Background
 * work has one limit for each user whom it is about, and so has somebody who is not named: nobody can make it use up that of others.
 */
export function throttled(event: AuditEvent): AuditEvent | undefined {
  const { action, outcome, actor, subject } = event
  const kind = `${action} ${outcome} ${actor} ${NOBODY.includes(actor) ? subject : ''}`
  const count = counts.get(kind) ?? 0
  if (count > MOST) return undefined
  // The ten minutes begin with the first event.
  counts.set(kind, count + 1, { noUpdateTTL: count > 0 })
  if (count < MOST) return event
  return { action: 'audit.throttle', actor, subject, target: action, outcome }
}
