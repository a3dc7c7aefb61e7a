import { integrationsOf } from '@/lib/dashboard/panels.server'
import { nameOf } from '@/lib/dashboard/people'
import type { Integration } from '@/lib/integrations/integrations.service'
import { AccountCard } from './account-card'
import { Expecting } from './expecting'

type User = { id: string; fullName: string | null; username: string | null }

/** The selected user's accounts: their state, and what to do about it. */
export async function UserIntegrations({ user }: { user: User }) {
  const { at, integrations, refreshes } = await integrationsOf(user.id)
  const { id: userId } = user
  const of = nameOf(user)
  return (
    <ul className="grid gap-4">
      {integrations.flatMap((integration) =>
        cardsOf(integration).map(({ account, finding }) => {
          const key = `${integration.id}-${account?.externalAccountId ?? ''}`
          const card = (
            <AccountCard
              {...{ userId, of, integration, finding, account }}
              several={integration.accounts.length > 1}
              lastRefresh={
                refreshes.get(`${integration.id}:${account?.externalAccountId}`) ??
                (integration.accounts.length === 1 ? refreshes.get(integration.id) : undefined)
              }
              now={at}
            />
          )
          return (
            <li key={key} className="rounded-xl border border-line bg-surface p-5">
              <Expecting
                doing={`disconnect-${key}`}
                then={<p className="text-soft">{integration.name} is being disconnected…</p>}
              >
                {card}
              </Expecting>
            </li>
          )
        }),
      )}
    </ul>
  )
}

/** One card for each account, or one for the provider if there is none. */
const cardsOf = (integration: Integration) =>
  integration.accounts.length === 0
    ? [{ account: undefined, finding: integration }]
    : integration.accounts.map((account) => ({ account, finding: account }))
