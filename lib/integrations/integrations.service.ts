import { actorOf, emitAudit } from '../cache/audit-events'
import { invalidateUserCache } from '../cache/clerk-cache-utils'
import { currentImpersonator } from '../cache/impersonator'
import { writeUser } from '../cache/user-writes'
import { changedNothing, isNotFound } from '../clerk/error'
import { codeOf } from '../lookup/errors'
import { getCachedIntegrations } from './cache'
import { type CheckedIntegration, checkIntegrations, type Finding } from './check'
import { accountsAndNamesOf } from './external-accounts'
import { isDeclared, type Provider, providerOf, providers } from './providers'

export { batchRefreshTokens } from './batch-refresh-tokens'

/** A connection is `expiring` when its token expires within this time. Milliseconds. */
const SOON = 5 * 60 * 1000

type IntegrationStatus = Finding['status'] | 'expiring'

type Timed<F extends Finding> = Omit<F, 'status'> & { status: IntegrationStatus }

/**
 * A provider and the state of the user's connection to it. `connected` works. `expiring` works for less than 5 more
 * minutes, until Clerk renews the token at `expiresAt`. `degraded` could not be checked; the next check is at `retryAt`.
 * For the others `action` says what to do. Times are milliseconds since 1970. Plain data that can be a prop of a client
 * component. The labels of the accounts are e-mail addresses.
 */
export type Integration = Timed<Finding> &
  Pick<Provider, 'id' | 'name' | 'icon'> & {
    checkedAt: number
    accounts: readonly Timed<CheckedIntegration['accounts'][number]>[]
  }

function timed<F extends Finding>(finding: F, now: number): Timed<F> {
  const { status, expiresAt } = finding
  if (status !== 'connected' || expiresAt === null || expiresAt - now >= SOON) return finding
  return { ...finding, status: 'expiring', retryAt: expiresAt }
}

/**
 * The state of each declared provider for a user, in the order of `setProviders`, then of the others of which the user has
 * an account, by their IDs. Cached for at most 5 minutes, and never older than the user's last webhook. If a user has several accounts at a provider, the state is that of the account that
 * works best, and `accounts` has all. The caller must check that the signed-in user may see this.
 * @throws ConfigurationError if CACHE_ENCRYPTION_KEYS is not set
 */
export async function getConnectedIntegrations(userId: string): Promise<Integration[]> {
  const checked = await getCachedIntegrations(userId, () => checkIntegrations(userId))
  const now = Date.now()
  const others = checked.filter(({ provider }) => !isDeclared(provider))
  return [...providers(), ...others.map(({ provider }) => providerOf(provider))].flatMap(
    ({ id, name, icon }) =>
      checked
        .filter(({ provider }) => provider === id)
        .map(({ checkedAt, best, accounts }) => ({
          ...{ id, name, icon, checkedAt },
          ...timed(best, now),
          accounts: accounts.map((account) => timed(account, now)),
        })),
  )
}

/**
 * Removes a user's accounts at a provider from Clerk, or only the one with `externalAccountId`, and invalidates the user.
 * It is not an error if there is no account. The caller must check that the signed-in user may do this. `actor` is the
 * ID of the signed-in user, for the audit trail (default: `userId`). While somebody impersonates them, that person is the
 * actor, or `unknown` if that cannot be known and no `actor` is given.
 * One account that cannot be removed does not keep the others.
 * @throws ClerkError, whose `outcome` says whether an account may have been removed; SavedButStaleError. Repeating is safe.
 */
export async function disconnectIntegration(
  userId: string,
  provider: Provider['id'],
  { externalAccountId, actor }: { externalAccountId?: string; actor?: string } = {},
): Promise<void> {
  const { accounts, names } = await accountsAndNamesOf(userId)
  const chosen = accounts.filter(
    (account) =>
      account.provider === provider &&
      (externalAccountId === undefined || account.externalAccountId === externalAccountId),
  )
  if (chosen.length === 0) return invalidateUserCache(userId, names)
  const impersonator = await currentImpersonator().catch(() => (actor === undefined ? 'unknown' : null))
  const by = actorOf({ userId: actor ?? userId, impersonator: impersonator === actor ? null : impersonator })
  await writeUser(
    userId,
    async (send) => {
      const removals = chosen.map(({ externalAccountId }) => ({ userId, provider, externalAccountId, by }))
      const failed: unknown[] = []
      for (const removal of removals) await remove(removal, send).catch((error) => failed.push(error))
      if (failed.length > 0) throw failed[0]
    },
    () => names,
    { onlySends: true },
  )
}

type Removal = { userId: string; provider: string; externalAccountId: string; by: ReturnType<typeof actorOf> }

async function remove(
  { userId, provider, externalAccountId, by }: Removal,
  send: Parameters<Parameters<typeof writeUser>[1]>[0],
): Promise<void> {
  const target = `${provider}:${externalAccountId}`
  const audit = (outcome: string, options?: { mayBeMade: boolean }) =>
    emitAudit({ ...by, action: 'integration.disconnect', subject: userId, target, outcome }, options)
  try {
    const path = `/users/${encodeURIComponent(userId)}/external_accounts/${encodeURIComponent(externalAccountId)}`
    await send('deleteUserExternalAccount', 'DELETE', path)
    audit('ok')
  } catch (error) {
    // Another request has just removed it.
    const isGone = isNotFound(error)
    audit(isGone ? 'not_connected' : codeOf(error), { mayBeMade: !changedNothing(error) })
    if (!isGone) throw error
  }
}
