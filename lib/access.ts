import { onePerProcess } from './one-per-process'

/**
 * What the audit trail records: who did what to whose, and what came of it. Ids and short words only: never a token,
 * a name or an address.
 */
export type AccessEvent = {
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

export type AccessListener = (event: AccessEvent) => void

const listeners = onePerProcess('access-listeners', () => new Map<string, AccessListener>())

/** Tells that something worth an audit record happened. Never throws. */
export function tellAccess(event: AccessEvent): void {
  for (const listener of listeners.values()) {
    try {
      listener(event)
    } catch {
      // A listener's failure is not the caller's.
    }
  }
}

/** Hears every access event of this process; the last listener of a name replaces the others. */
export function onAccess(name: string, listener: AccessListener): () => void {
  listeners.set(name, listener)
  return () => {
    if (listeners.get(name) === listener) listeners.delete(name)
  }
}
