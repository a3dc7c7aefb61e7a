import { ConnectButton } from '@/components/connect-button'
import { connectAdvice, connectLabel } from '@/components/connect-label'
import { Icon } from '@/components/icon'
import { Status, type Tone } from '@/components/status'
import { TryAgain } from '@/components/try-again'
import type { Integration } from '@/lib/integrations/integrations.service'
import { providerOf } from '@/lib/integrations/providers'
import { ConnectionAction } from './connection-action'

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
export function ConnectionList({ integrations, back }: { integrations: readonly Integration[]; back: Back }) {
  const rows = integrations.flatMap((integration): Props[] => {
    const { accounts } = integration
    if (accounts.length < 2) return [{ integration, account: accounts[0], state: integration, back }]
    return accounts.map((account) => ({ integration, account, state: account, back }))
  })
  return (
    <>
      {rows.some(({ state }) => state.status === 'degraded') && (
        <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
          <p className="text-soft">Not every connection could be checked. Try again in a few seconds.</p>
          <TryAgain />
        </div>
      )}
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
        {rows.map(({ integration, account, state }) => (
          <Connection
            key={`${integration.id} ${account?.externalAccountId ?? ''}`}
            {...{ integration, account, state, back }}
          />
        ))}
      </ul>
    </>
  )
}

type Back = '/' | '/account'
type Props = { integration: Integration; account: Account | undefined; state: State; back: Back }

function Connection({ integration, account, state, back }: Props) {
  const { id, name, icon } = integration
  const { status, missing } = state
  const [tone, label] = states[status]
  return (
    <li className="flex gap-4 p-5" data-provider={id}>
      <span className="grid size-10 shrink-0 place-items-center rounded-lg border border-line bg-page">
        <Icon path={icon} />
      </span>
      {/* The button is below the words where both do not fit, however large the text is. */}
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-4 gap-y-3">
        <div className="min-w-0 grow basis-64">
          <p className="font-medium">
            {name}{' '}
            {account?.label && <span className="wrap-anywhere font-normal text-soft">{account.label}</span>}
          </p>
          <p className="text-sm">
            <Status tone={tone}>{label}</Status>
          </p>
          {missing.length > 0 && (
            <p className="wrap-anywhere mt-1 text-sm">
              Missing: <code>{missing.join(', ')}</code>
            </p>
          )}
          {connectLabel(status, name) && status !== 'not_connected' && (
            <p className="mt-1 text-sm text-soft">{connectAdvice(name)}</p>
          )}
        </div>
        <div className="max-w-full empty:hidden">
          <WhatToDo {...{ integration, account, state, back }} />
        </div>
      </div>
    </li>
  )
}

/** The one thing that helps, if there is one. */
function WhatToDo({ integration: { id, name, accounts }, account, state: { status, action }, back }: Props) {
  const connect = connectLabel(status, name)
  const externalAccountId = account?.externalAccountId
  return (
    <ConnectionAction
      provider={id}
      name={name}
      externalAccountId={accounts.length > 1 ? externalAccountId : undefined}
      canCheck={!(connect && action) && status !== 'degraded' && Boolean(providerOf(id).probe)}
    >
      {connect && action && (
        <ConnectButton
          provider={id}
          scopes={action.scopes}
          account={externalAccountId}
          back={back}
          style={status === 'not_connected' ? 'outline' : 'solid'}
        >
          {connect}
        </ConnectButton>
      )}
    </ConnectionAction>
  )
}
