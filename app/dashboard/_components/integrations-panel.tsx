import { PanelNote } from '@/components/panel'
import type { SelectedUser } from '@/lib/dashboard/panels.server'
import { ProviderOverview } from './provider-overview'
import { UserIntegrations } from './user-integrations'

type Props = { selection: Promise<SelectedUser | null | undefined> }

/** The state of the providers for all users, then of the selected user's accounts. */
export async function IntegrationsPanel({ selection }: Props) {
  const selected = await selection
  return (
    <div className="space-y-6">
      <div>{await ProviderOverview()}</div>
      {selected && <div>{await UserIntegrations({ user: selected.user })}</div>}
      {selected === null && (
        <PanelNote title="User not found">The user in the page’s address does not exist.</PanelNote>
      )}
      {selected === undefined && (
        <p className="text-soft text-sm">
          To see, refresh or disconnect a user’s accounts,{' '}
          <a href="#lookup" className="underline">
            look the user up
          </a>
          .
        </p>
      )}
    </div>
  )
}
