import { getCachedOAuthToken, type OAuthTokenProblem } from '../cache/token-cache'
import { notConnected, type Remedy, reconnectRequired } from '../cache/tokens/outcome'
import { includesOf, missingScopes } from '../cache/tokens/scopes'
import { ClerkError } from '../clerk/error'
import { RETRY_AFTER } from '../clerk/retry-after'
import { accountsAndNamesOf, type ExternalAccount } from './external-accounts'
import { isDeclared, type Provider, providerOf, providers } from './providers'

/** The state of one account, or of a provider without accounts. Has no token in it. Times are ms since 1970. */
export type Finding = {
  status: 'connected' | 'degraded' | 'scope_missing' | 'reconnect_required' | 'not_connected'
  /** When it was connected. */
  since: number | null
  /** When its token expires. Clerk renews it then. */
  expiresAt: number | null
  /** When a new check may have another result. */
  retryAt: number | null
  /** Required and optional scopes that were not granted. */
  missing: readonly string[]
  optionalMissing: readonly string[]
  action: Remedy | null
}

/** The state of a provider at the time `checkedAt`. This is what is cached. */
export type CheckedIntegration = {
  provider: string
  checkedAt: number
  /** The state of the account that works best. */
  best: Finding
  accounts: readonly (Finding & Pick<ExternalAccount, 'externalAccountId' | 'label'>)[]
}

const nothing = {
  ...{ since: null, expiresAt: null, retryAt: null, action: null },
  ...{ missing: [], optionalMissing: [] },
}
const degraded = (now: number, retryAfter = RETRY_AFTER): Finding => ({
  ...nothing,
  status: 'degraded',
  retryAt: now + retryAfter * 1000,
})
const actionOf = (problem: OAuthTokenProblem) => ('action' in problem ? problem.action : null)

function unconnected(provider: Provider): Finding {
  return {
    ...nothing,
    status: 'not_connected',
    action: actionOf(notConnected(provider, provider.requiredScopes)),
  }
}

function reconnect(provider: Provider, problem = reconnectRequired(provider, provider.requiredScopes)) {
  return { ...nothing, status: 'reconnect_required' as const, action: actionOf(problem) }
}

/** Pass `externalAccountId` only if there are several accounts: the token of a single account is cached without it. */
async function checkAccount(
  userId: string,
  provider: Provider,
  { verified, externalAccountId }: { verified: boolean; externalAccountId?: string },
  now: number,
): Promise<Finding> {
  if (!verified) return reconnect(provider)
  // The app has no use for its token, and Clerk has none of some.
  if (!isDeclared(provider.id)) return { ...nothing, status: 'connected' }
  const { requiredScopes, optionalScopes, includes = includesOf(provider.id) } = provider
  // The state of an account is shown, and never its token.
  const options = { scopes: requiredScopes, includes, externalAccountId, whileImpersonated: 'allow' as const }
  const result = await getCachedOAuthToken(userId, provider, options)
  switch (result.status) {
    case 'ok': {
      const { expiresAt, scopes } = result.token
      const optionalMissing = missingScopes(scopes, optionalScopes, includes)
      return { ...nothing, status: 'connected', expiresAt, optionalMissing }
    }
    case 'scope_missing':
      return { ...nothing, status: 'scope_missing', missing: result.missing, action: result.action }
    case 'reconnect_required':
      return reconnect(provider, result)
    case 'not_connected':
      // Some ways to connect give no token, such as One Tap.
      return reconnect(provider)
    case 'rate_limited':
      return degraded(now, result.retryAfter)
    default:
      return degraded(now)
  }
}

const ranks: readonly Finding['status'][] = ['connected', 'degraded', 'scope_missing', 'reconnect_required']
const rankOf = ({ status }: Finding) => ranks.indexOf(status)

/**
 * Asks Clerk which accounts a user has connected, and the token cache for a token of each. If Clerk fails, the state is
 * `degraded`. An account of a provider that is not declared is `connected` if it is verified.
 * @throws ConfigurationError if CACHE_ENCRYPTION_KEYS is not set
 */
export async function checkIntegrations(userId: string, now = Date.now()): Promise<CheckedIntegration[]> {
  const user = await accountsAndNamesOf(userId).catch((error: unknown) => {
    if (error instanceof ClerkError) return error
    throw error
  })
  const check = async (provider: Provider): Promise<CheckedIntegration> => {
    const checked = { provider: provider.id, checkedAt: now }
    if (user instanceof ClerkError) return { ...checked, best: degraded(now, user.retryAfter), accounts: [] }
    const own = user.accounts.filter((account) => account.provider === provider.id)
    const accounts = await Promise.all(
      own.map(async ({ externalAccountId, label, since, verified }) => {
        const options = own.length > 1 ? { verified, externalAccountId } : { verified }
        return { ...(await checkAccount(userId, provider, options, now)), externalAccountId, label, since }
      }),
    )
    const [first] = accounts.toSorted((one, other) => rankOf(one) - rankOf(other))
    if (!first) return { ...checked, best: unconnected(provider), accounts }
    const { externalAccountId: _id, label: _label, ...best } = first
    return { ...checked, best, accounts }
  }
  const others = user instanceof ClerkError ? [] : user.accounts.filter((one) => !isDeclared(one.provider))
  const ids = [...new Set(others.map(({ provider }) => provider))].sort()
  return Promise.all([...providers(), ...ids.map(providerOf)].map(check))
}
