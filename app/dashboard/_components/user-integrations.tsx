import { isBlocked } from '@/lib/cache/clerk-cache'
import { integrationsOf, type SelectedUser } from '@/lib/dashboard/panels.server'
import { nameOf } from '@/lib/dashboard/people'
import type { Integration } from '@/lib/integrations/integrations.service'
import { AccountCard, WithoutAccount } from './account-card'
import { Expecting } from './expecting'

type User = SelectedUser['user']

/** The selected user's accounts: their state, and what to do about it. */
export async function UserIntegrations({ user }: { user: User }) {
  const { at, integrations, refreshes } = await integrationsOf(user.id)
  const { id: userId } = user
  const of = nameOf(user)
  return (
    <ul className="grid items-start gap-4 xl:grid-cols-2">
      {integrations.flatMap((integration) =>
        integration.accounts.map((account) => {
          const { id, name, accounts } = integration
          const key = `${id}-${account.externalAccountId}`
          return (
            <li key={key} className={card}>
              <Expecting
                doing={`disconnect-${key}`}
                then={<p className="text-soft">{name} is being disconnected…</p>}
              >
                <AccountCard
                  {...{ userId, of, integration, account }}
                  blocked={isBlocked(user)}
                  several={accounts.length > 1}
                  lastRefresh={
                    refreshes &&
                    (refreshes.get(`${id}:${account.externalAccountId}`) ??
                      (accounts.length === 1 ? refreshes.get(id) : undefined))
                  }
                  now={at}
                />
              </Expecting>
            </li>
          )
        }),
      )}
      {[...withoutAccount(integrations)].map(([status, same]) => (
        <li key={status} className={card}>
          <WithoutAccount {...{ status, of: same }} />
        </li>
      ))}
    </ul>
  )
}

const card = 'rounded-xl border border-line bg-surface p-5'

/** The providers of which no account is known, by their state. */
function withoutAccount(integrations: readonly Integration[]) {
  const byStatus = new Map<Integration['status'], Integration[]>()
  for (const one of integrations)
    if (one.accounts.length === 0) byStatus.set(one.status, [...(byStatus.get(one.status) ?? []), one])
  return byStatus
}
