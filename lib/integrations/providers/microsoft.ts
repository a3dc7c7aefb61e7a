import { scopesMissing } from '../../cache/tokens/judgement'
import { record, text } from '../../clerk/json'
import type { Provider } from '../providers'

/** What an operation includes, itself included. */
const operations: ReadonlyMap<string, readonly string[]> = new Map([
  ['readwrite', ['readwrite', 'read', 'readbasic']],
  ['read', ['read', 'readbasic']],
])

/** `https://graph.microsoft.com/Mail.Read.Shared` is `mail`, `read` and `shared`. Upper and lower case are the same. */
const partsOf = (scope: string) => scope.toLowerCase().replace('https://graph.microsoft.com/', '').split('.')

/**
 * Whether a permission of Microsoft Graph includes another: writing includes reading, and what is for `All` or `Shared`
 * includes one's own.
 */
export function microsoftIncludes(granted: string, required: string): boolean {
  const [has, needs] = [partsOf(granted), partsOf(required)]
  if (has.join('.') === needs.join('.')) return true
  const [resource, operation = '', reach, ...rest] = has
  if (rest.length > 0 || needs.length > 3 || resource !== needs[0]) return false
  if (!(operations.get(operation) ?? [operation]).includes(needs[1] ?? '')) return false
  return reach === needs[2] || (needs[2] === undefined && (reach === 'all' || reach === 'shared'))
}

/** In the message of some 403, such as those of Teams. Any of the scopes is enough. */
const NEEDED = /API requires one of '([\w.]+)/

/**
 * Microsoft Graph. A refused token is a 401. A 403 has the same codes for missing scopes and for what the user may not do,
 * so it is the caller's, unless its message names scopes.
 * - Scopes: https://learn.microsoft.com/entra/identity-platform/scopes-oidc and https://learn.microsoft.com/graph/permissions-reference
 * - Errors: https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/resolve-auth-errors
 * - Icon: four squares, drawn for this project
 */
export const microsoft: Provider = {
  ...{ id: 'microsoft', name: 'Microsoft', api: 'https://graph.microsoft.com/v1.0', probe: { path: '/me' } },
  icon: 'M1 1h10.5v10.5H1zM12.5 1H23v10.5H12.5zM1 12.5h10.5V23H1zM12.5 12.5H23V23H12.5z',
  ...{ requiredScopes: ['User.Read'], optionalScopes: ['Calendars.Read'], includes: microsoftIncludes },
  async judge({ status, json }) {
    if (status !== 403) return undefined
    const message = text(record(record(await json()).error).message) ?? ''
    const needed = NEEDED.exec(message)?.[1]
    return needed ? scopesMissing([needed]) : undefined
  },
}
