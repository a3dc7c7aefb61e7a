import { emitAudit } from '../cache/audit-events'
import { tagsOfUser } from '../cache/clerk-cache'
import { invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import { ClerkError } from '../clerk/error'
import { clerk } from '../clerk/sdk'
import { codeOf } from '../lookup/errors'
import { getCachedIntegrations, tagOfIntegrations } from './cache'
import { type CheckedIntegration, checkIntegrations, type Finding } from './check'
import { externalAccountsOf } from './external-accounts'
import { type Provider, providers } from './providers'

export { batchRefreshTokens } from './batch-refresh-tokens'

/** Milliseconds before the end of a token from which on a connection counts as expiring. */
const SOON = 5 * 60 * 1000

type IntegrationStatus = Finding['status'] | 'expiring'

type Timed<F extends Finding> = Omit<F, 'status'> & { status: IntegrationStatus }

/**
 * A provider and how the user's connection to it stands. `connected` works; `expiring` does for under 5 minutes and is
 * renewed by Clerk at `expiresAt`; `degraded` could not be checked and is again at `retryAt`; the others say in
 * `action` what helps. `since`, `checkedAt`, `expiresAt` and `retryAt` are milliseconds since 1970. Plain data, fit for
 * a client component; the labels of the accounts are addresses.
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
 * How each provider of `providers.ts` stands for a user, in their order; from the cache, at most 5 minutes old, and
 * never older than the last change that Clerk told of. Several accounts of one provider: that of the one that works
 * best, and all in `accounts`. The caller authorises.
 * @throws ConfigurationError without CACHE_ENCRYPTION_KEYS
 */
export async function getConnectedIntegrations(userId: string): Promise<Integration[]> {
  const checked = await getCachedIntegrations(userId, () => checkIntegrations(userId))
  const now = Date.now()
  return providers.flatMap(({ id, name, icon }) =>
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
 * Removes a user's accounts of a provider at Clerk, or the one named, and forgets their tokens and status. Nothing to
 * remove is no error. The caller authorises; `actor` is who asks, for the audit trail: the user unless told.
 * @throws ClerkError; LookupError `invalidation_unconfirmed` when Redis did not confirm it. Repeating is safe.
 */
export async function disconnectIntegration(
  userId: string,
  provider: Provider['id'],
  { externalAccountId, actor = userId }: { externalAccountId?: string; actor?: string } = {},
): Promise<void> {
  try {
    const accounts = (await externalAccountsOf(userId)).filter(
      (account) =>
        account.provider === provider &&
        (externalAccountId === undefined || account.externalAccountId === externalAccountId),
    )
    for (const account of accounts)
      await remove({ userId, provider, externalAccountId: account.externalAccountId, actor })
  } finally {
    await invalidateTags([...tagsOfUser(userId), tagOfTokens(userId), tagOfIntegrations(userId)])
  }
}

type Removal = { userId: string; provider: string; externalAccountId: string; actor: string }

async function remove({ userId, provider, externalAccountId, actor }: Removal): Promise<void> {
  const tell = (outcome: string) =>
    emitAudit({
      action: 'integration.disconnect',
      ...{ actor, subject: userId, target: `${provider}:${externalAccountId}`, outcome },
    })
  try {
    await clerk('deleteUserExternalAccount', ({ users }) =>
      users.deleteUserExternalAccount({ userId, externalAccountId }),
    )
    tell('ok')
  } catch (error) {
    // Somebody else has just removed it.
    const isGone = error instanceof ClerkError && error.status === 404
    tell(isGone ? 'not_connected' : codeOf(error))
    if (!isGone) throw error
  }
}
