import { ConnectButton } from '@/components/connect-button'
import { connectAdvice, connectLabel } from '@/components/connect-label'
import { Icon } from '@/components/icon'
import { MissingScopes } from '@/components/missing-scopes'
import { Mark, Status, type Tone } from '@/components/status'
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

const list = new Intl.ListFormat('en')

export interface ListProps {
  integrations: readonly Integration[]
  back: Back
  /** Why some could not be checked, if that is known: what is not responding. */
  cause?: string | undefined
}

/** Whether a connection of the provider could not be checked. */
export const isUnchecked = ({ status, accounts }: Integration): boolean =>
  [status, ...accounts.map((account) => account.status)].includes('degraded')

/** Whether the user has to reconnect the provider, or one of several accounts at it, or to grant what is missing. */
export const needsUser = ({ status, accounts }: Integration): boolean =>
  [status, ...accounts.map((account) => account.status)].some(
    (one) => one === 'reconnect_required' || one === 'scope_missing',
  )

/** The state of each connection, in the order of the providers, and what to do about it. */
export function ConnectionList({ integrations, back, cause }: ListProps) {
  const unchecked = integrations.filter(isUnchecked).map(({ name }) => name)
  const rows = integrations.flatMap((integration): Props[] => {
    const { accounts } = integration
    if (accounts.length < 2) return [{ integration, account: accounts[0], state: integration, back }]
    return accounts.map((account) => ({ integration, account, state: account, back }))
  })
  return (
    <>
      {unchecked.length > 0 && (
        <Unchecked names={unchecked} areAll={unchecked.length === integrations.length} cause={cause} />
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

interface UncheckedProps extends Pick<ListProps, 'cause'> {
  names: string[]
  areAll: boolean
}

function Unchecked({ names, areAll, cause }: UncheckedProps) {
  const [what, are] =
    names.length === 1
      ? [names[0], 'The connection itself is']
      : [areAll ? 'Your connections' : list.format(names), 'The connections themselves are']
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-line bg-surface p-5">
      <p className="grow basis-64 text-pretty">
        <Mark tone="warn" />
        {what} could not be checked{cause && `: ${cause}`}.{' '}
        <span className="text-soft">{are} unchanged.</span>
      </p>
      <TryAgain style="solid" />
    </div>
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
          {missing.length > 0 && <MissingScopes missing={missing} />}
          {connectLabel(status, name) && status !== 'not_connected' && (
            <p className="mt-1 text-sm text-soft">{connectAdvice(status, name)}</p>
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
