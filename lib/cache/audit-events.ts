import { codeOf } from '../lookup/errors'
import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { throttled } from './throttled-audit'

/** What the audit trail records. It has IDs and short words in it, never a token, a name or an address. */
export type AuditEvent = {
  /** What was done, such as `token.read`, `token.refresh`, `role.update`, `cache.invalidate`. */
  action: string
  /** Who did it: the ID of a user, or `system` for background work. */
  actor: string
  /** The user whose session the actor used, by Clerk's impersonation. */
  impersonating?: string
  /** Whose data it was: the ID of a user, or the name of a service. */
  subject: string
  /** A provider, an account or a role. */
  target?: string
  /** `ok`, or the error's code. */
  outcome: string
  /** Identifies a token without showing it. */
  fingerprint?: string
}

/** Characters of a field that the trail keeps. */
export const LONGEST_FIELD = 200

/** Who an audit event names: the user, or the person who impersonates them. */
export const actorOf = ({
  userId,
  impersonator,
}: {
  userId: string
  impersonator: string | null
}): Pick<AuditEvent, 'actor' | 'impersonating'> =>
  impersonator === null ? { actor: userId } : { actor: impersonator, impersonating: userId }

const listeners = onePerProcess('audit-listeners', () => createListeners<AuditEvent>())

/**
 * Emits an audit event to all listeners of this process. Never throws. What changed nothing can be repeated as often as
 * somebody likes, so it is throttled. `mayBeMade`: a change was tried that may have been made although it failed.
 */
export function emitAudit(event: AuditEvent, { mayBeMade = event.outcome === 'ok' } = {}): void {
  const emitted = mayBeMade ? event : throttled(event)
  if (emitted) listeners.emit(emitted)
}

/** Calls the listener for every audit event of this process. A listener of the same name is replaced. */
export const onAudit = (name: string, listener: Listener<AuditEvent>): (() => void) =>
  listeners.on(listener, name)

/**
 * Does the work and emits an audit event with its outcome. Throws what the work throws. Each failure is recorded, because a
 * part of the work may be done: check before it who may do this, and how often.
 */
export async function audited<T>(event: Omit<AuditEvent, 'outcome'>, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    emitAudit({ ...event, outcome: 'ok' })
    return result
  } catch (error) {
    emitAudit({ ...event, outcome: codeOf(error) }, { mayBeMade: true })
    throw error
  }
}
