import { AccountLink } from '@/components/account-link'
import { orOutage } from '@/components/or-outage'
import type { Integration } from '@/lib/integrations/integrations.service'
import { ownIntegrations } from '@/lib/integrations/own-integrations.server'

const words: Record<Integration['status'], { label: string; mark: string; tone: string }> = {
  connected: { label: 'Connected', mark: '●', tone: 'text-good' },
  expiring: { label: 'Connected, about to be renewed', mark: '●', tone: 'text-good' },
  degraded: { label: 'Could not be checked just now', mark: '▲', tone: 'text-warn' },
  scope_missing: { label: 'Connected, but a permission is missing', mark: '▲', tone: 'text-warn' },
  reconnect_required: { label: 'Has to be connected again', mark: '■', tone: 'text-bad' },
  not_connected: { label: 'Not connected', mark: '○', tone: 'text-soft' },
}

/** The signed-in user's own connections, with what they can do about each; nothing for anybody else. */
export const OwnConnections = () =>
  orOutage(async () => {
    const integrations = await ownIntegrations()
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

function Connection({ integration: { id, name, icon, status, action } }: { integration: Integration }) {
  const { label, mark, tone } = words[status]
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5" data-provider={id}>
      <svg viewBox="0 0 24 24" className="size-6 shrink-0 fill-current" aria-hidden="true">
        <path d={icon} />
      </svg>
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{name}</p>
        <p className={`text-sm ${tone}`}>
          <span aria-hidden="true">{mark} </span>
          {label}
        </p>
        {action && <p className="mt-1 text-sm text-soft">{action.label}.</p>}
      </div>
      {(action || status === 'connected' || status === 'expiring') && (
        <AccountLink>{action ? 'Open your account page' : 'Manage'}</AccountLink>
      )}
    </li>
  )
}
