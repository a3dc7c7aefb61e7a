import { AccountLink } from '@/components/account-link'
import { Icon } from '@/components/icon'
import { Status, type Tone } from '@/components/status'
import type { Integration } from '@/lib/integrations/integrations.service'
import { providerOf } from '@/lib/integrations/providers'
import { CheckButton } from './check-button'

type Account = Integration['accounts'][number]
type State = Pick<Integration, 'status' | 'missing' | 'action'>

const states: Record<Integration['status'], [tone: Tone, label: string]> = {
  connected: ['good', 'Connected'],
  expiring: ['good', 'Connected, renews soon'],
  degraded: ['warn', 'Could not be checked'],
  scope_missing: ['bad', 'A permission is missing'],
  reconnect_required: ['bad', 'Needs to be reconnected'],
  not_connected: ['idle', 'Not connected'],
}

/** The state of each connection, in the order of the providers, and what to do about it. */
export function ConnectionList({ integrations }: { integrations: readonly Integration[] }) {
  const rows = integrations.flatMap((integration): Props[] => {
    const { accounts } = integration
    if (accounts.length < 2) return [{ integration, account: accounts[0], state: integration }]
    return accounts.map((account) => ({ integration, account, state: account }))
  })
  return (
    <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
      {rows.map(({ integration, account, state }) => (
        <Connection
          key={`${integration.id} ${account?.externalAccountId ?? ''}`}
          {...{ integration, account, state }}
        />
      ))}
    </ul>
  )
}

type Props = { integration: Integration; account: Account | undefined; state: State }

function Connection({ integration: { id, name, icon, accounts }, account, state }: Props) {
  const { status, missing, action } = state
  const [tone, label] = states[status]
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5" data-provider={id}>
      <Icon path={icon} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">
          {name} {account?.label && <span className="break-all font-normal text-soft">{account.label}</span>}
        </p>
        <Status tone={tone}>{label}</Status>
        {missing.length > 0 && (
          <p className="mt-1 break-all text-sm">
            Missing: <code>{missing.join(', ')}</code>
          </p>
        )}
        {action && status !== 'not_connected' && <p className="mt-1 text-sm text-soft">{action.label}.</p>}
      </div>
      <WhatToDo {...{ id, name, status }} account={accounts.length > 1 ? account : undefined} />
    </li>
  )
}

type Next = Pick<Integration, 'id' | 'name' | 'status'> & { account: Account | undefined }

/** The one thing that helps, if there is one. */
function WhatToDo({ id, name, status, account }: Next) {
  switch (status) {
    case 'not_connected':
      return <AccountLink>{`Connect ${name}`}</AccountLink>
    case 'scope_missing':
      return <AccountLink>{`Connect ${name} again`}</AccountLink>
    case 'reconnect_required':
      return <AccountLink>{`Reconnect ${name}`}</AccountLink>
    case 'degraded':
      return null
    default:
      return providerOf(id).probe ? (
        <CheckButton provider={id} name={name} externalAccountId={account?.externalAccountId} />
      ) : null
  }
}
