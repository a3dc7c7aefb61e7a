import type { AuditRecord } from '../telemetry/audit-trail'

/** How the newest read of a token ended for each person. Nobody is counted twice. */
export interface TokenHealth {
  /** People who got a token. */
  works: number
  /** People for whom Clerk or Redis did not answer, by ID. */
  failing: string[]
  /** People who have to reconnect or grant scopes, by ID. */
  users: { id: string; outcome: NeedsUser }[]
  /** People who never connected an account. */
  notConnected: number
  /** Whether Clerk has the provider switched off. */
  notEnabled: boolean
}

export const NO_READS: Readonly<TokenHealth> = {
  ...{ works: 0, failing: [], users: [], notConnected: 0, notEnabled: false },
}

const NEEDS_USER = ['scope_missing', 'reconnect_required'] as const
export type NeedsUser = (typeof NEEDS_USER)[number]

/** Outcomes that say nothing about the provider or the account: the one before them counts. */
const SAY_NOTHING = ['revoked', 'impersonated', 'account_ambiguous']

const isNeedsUser = (outcome: string): outcome is NeedsUser => NEEDS_USER.some((one) => one === outcome)

/** What counts for a person with several accounts: the first of these that one of them has. */
function stateOf(outcomes: readonly string[]): string {
  const failed = outcomes.find(
    (one) => !['ok', 'not_connected', 'not_enabled'].includes(one) && !isNeedsUser(one),
  )
  return (
    outcomes.find(isNeedsUser) ??
    failed ??
    outcomes.find((one) => one === 'ok') ??
    outcomes[0] ??
    'not_connected'
  )
}

/** By what happened last: a record of repetitions is written some minutes after them. */
const byLast = (records: readonly AuditRecord[]) =>
  records.toSorted((one, other) => (other.lastAt ?? other.at) - (one.lastAt ?? one.at))

/**
 * The state of each provider, by people. `records` are newest first. Only `token.read` counts: each load of a token also
 * has a record `token.refresh`. The order does not depend on who came last.
 */
export function tokenHealth(records: readonly AuditRecord[]): Map<string, TokenHealth> {
  const newest = new Map<string, Map<string, Map<string, string>>>()
  for (const { action, subject, target = '', outcome } of byLast(records)) {
    if (action !== 'token.read' || SAY_NOTHING.includes(outcome)) continue
    const [provider = ''] = target.split(':', 1)
    const people = newest.get(provider) ?? new Map<string, Map<string, string>>()
    const accounts = people.get(subject) ?? new Map<string, string>()
    if (!accounts.has(target)) accounts.set(target, outcome)
    newest.set(provider, people.set(subject, accounts))
  }
  return new Map([...newest].map(([provider, people]) => [provider, healthOf(people)]))
}

function healthOf(people: ReadonlyMap<string, ReadonlyMap<string, string>>): TokenHealth {
  const health: TokenHealth = { works: 0, failing: [], users: [], notConnected: 0, notEnabled: false }
  const sorted = [...people].sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [id, accounts] of sorted) {
    const outcome = stateOf([...accounts.values()])
    if (outcome === 'ok') health.works++
    else if (outcome === 'not_connected') health.notConnected++
    else if (outcome === 'not_enabled') health.notEnabled = true
    else if (isNeedsUser(outcome)) health.users.push({ id, outcome })
    else health.failing.push(id)
  }
  return health
}
