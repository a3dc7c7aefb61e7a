import { AccountLink } from '@/components/account-link'
import { ConnectButton } from '@/components/connect-button'
import { connectAdvice, connectLabel } from '@/components/connect-label'
import { Icon } from '@/components/icon'
import { orOutage } from '@/components/or-outage'
import { Status, type Tone } from '@/components/status'
import { currentUserIntegrations } from '@/lib/integrations/current-user-integrations.server'
import type { Integration } from '@/lib/integrations/integrations.service'

const states: Record<Integration['status'], [tone: Tone, label: string]> = {
  connected: ['good', 'Connected'],
  expiring: ['good', 'Connected, renews soon'],
  degraded: ['warn', 'Could not be checked'],
  scope_missing: ['bad', 'A permission is missing'],
  reconnect_required: ['bad', 'Needs to be reconnected'],
  not_connected: ['idle', 'Not connected'],
}

/** The signed-in user's own connections, and what they can do about each. Nothing for visitors. */
export const OwnConnections = () =>
  orOutage(async () => {
    const integrations = await currentUserIntegrations()
    if (!integrations) return null
    return (
      <section aria-labelledby="connections">
        <h2 id="connections" className="mb-4 font-semibold text-xl">
          Your connections
        </h2>
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {integrations.map((integration) => (
            <Connection key={integration.id} integration={integration} />
          ))}
        </ul>
      </section>
    )
  })

function Connection({ integration }: { integration: Integration }) {
  const { id, name, icon, status, action, accounts } = integration
  const [tone, label] = states[status]
  const connect = connectLabel(status, name)
  const [only, ...others] = accounts
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5" data-provider={id}>
      <Icon path={icon} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{name}</p>
        <Status tone={tone}>{label}</Status>
        {connect && <p className="mt-1 text-sm text-soft">{connectAdvice(name)}</p>}
      </div>
      {connect && action ? (
        <ConnectButton
          provider={id}
          scopes={action.scopes}
          account={others.length === 0 ? only?.externalAccountId : undefined}
          back="/"
        >
          {connect}
        </ConnectButton>
      ) : (
        status !== 'degraded' && <AccountLink style="outline">Manage</AccountLink>
      )}
    </li>
  )
}
