import type { AuditRecord } from '../telemetry/audit-trail'

export interface TokenHealth {
  /** Reads of tokens, without those of users who have not connected an account. */
  reads: number
  /** Reads that returned a token. */
  ok: number
  /** Reads that Clerk or Redis failed. */
  failed: number
  /** Users who have to reconnect or grant scopes, with the outcome of their newest read. Newest first. */
  users: { id: string; outcome: NeedsUser }[]
}

const NEEDS_USER = ['scope_missing', 'reconnect_required'] as const
export type NeedsUser = (typeof NEEDS_USER)[number]

/** Outcomes that say nothing about the provider: the user never connected it, or was deleted or signed out. */
const NOT_COUNTED = ['not_connected', 'revoked']
/** Outcomes that neither an outage causes nor the user can change. */
const OTHER_REFUSALS = ['account_ambiguous', 'impersonated', 'not_enabled']

const isNeedsUser = (outcome: string): outcome is NeedsUser => NEEDS_USER.some((one) => one === outcome)

/**
 * How reads of tokens ended, by provider. `records` are newest first. Only `token.read` counts: each load of a token
 * also has a record `token.refresh`, with Clerk's own code.
 */
export function tokenHealth(records: readonly AuditRecord[]): Map<string, TokenHealth> {
  const byProvider = new Map<string, TokenHealth>()
  const seen = new Set<string>()
  for (const { action, subject, target = '', outcome, repeats = 1 } of records) {
    if (action !== 'token.read') continue
    const [provider = ''] = target.split(':', 1)
    const health = byProvider.get(provider) ?? { reads: 0, ok: 0, failed: 0, users: [] }
    byProvider.set(provider, health)
    const isNewest = !seen.has(`${subject} ${target}`)
    seen.add(`${subject} ${target}`)
    if (NOT_COUNTED.includes(outcome)) continue
    health.reads += repeats
    if (outcome === 'ok') health.ok += repeats
    else if (!isNeedsUser(outcome)) {
      if (!OTHER_REFUSALS.includes(outcome)) health.failed += repeats
    } else if (isNewest && !health.users.some(({ id }) => id === subject))
      health.users.push({ id: subject, outcome })
  }
  return byProvider
}
