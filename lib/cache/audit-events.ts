import { codeOf } from '../lookup/errors'
import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'

/**
 * What the audit trail records: who did what to whose, and what came of it. Ids and short words only: never a token,
 * a name or an address.
 */
export type AuditEvent = {
  /** What was done, such as `token.read`, `token.refresh`, `role.update`, `cache.invalidate`. */
  action: string
  /** Who did it: a user's id, or `system` for work that nobody in particular asked for. */
  actor: string
  /** Whose it was: a user's id, or a service's name. */
  subject: string
  /** What in particular: a provider, an account, a role. */
  target?: string
  /** What came of it: `ok`, or the code of the refusal or failure. */
  outcome: string
  /** Tells one secret from another without giving it away. */
  fingerprint?: string
}

const listeners = onePerProcess('access-listeners', () => createListeners<AuditEvent>())

/** Tells that something worth an audit record happened. Never throws. */
export const emitAudit = (event: AuditEvent): void => listeners.emit(event)

/** Hears every access event of this process; the last listener of a name replaces the others. */
export const onAudit = (name: string, listener: Listener<AuditEvent>): (() => void) =>
  listeners.on(listener, name)

/** Does what is to be audited and tells what came of it; what it throws is thrown on. */
export async function audited<T>(event: Omit<AuditEvent, 'outcome'>, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    emitAudit({ ...event, outcome: 'ok' })
    return result
  } catch (error) {
    emitAudit({ ...event, outcome: codeOf(error) })
    throw error
  }
}
