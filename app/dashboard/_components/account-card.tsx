import { Icon } from '@/components/icon'
import { Status, type Tone } from '@/components/status'
import type { Integration } from '@/lib/integrations/integrations.service'
import { providers } from '@/lib/integrations/providers'
import { disconnect, refreshToken } from '../actions'
import { lasting, timeOf } from '../format'
import { ActionButton } from './action-button'
import { ConfirmButton } from './confirm-button'
import { Terms } from './terms'

type Account = Integration['accounts'][number]

type Props = {
  userId: string
  integration: Integration
  finding: Omit<Account, 'externalAccountId' | 'label'>
  account: Account | undefined
  several: boolean
  lastRefresh: number | undefined
  now: number
}

const states: Record<Integration['status'], { tone: Tone; words: string; helps: string | null }> = {
  connected: { tone: 'good', words: 'Connected', helps: null },
  expiring: { tone: 'good', words: 'Connected, token ends soon', helps: 'Clerk renews it when it ends.' },
  degraded: {
    tone: 'warn',
    words: 'Could not be checked',
    helps: 'Clerk or Redis did not answer. It is checked again by itself.',
  },
  scope_missing: {
    tone: 'bad',
    words: 'Scopes missing',
    helps:
      'Only the user can grant them: they connect it again on their account page (/account) and allow what is asked.',
  },
  reconnect_required: {
    tone: 'bad',
    words: 'Needs reconnecting',
    helps: 'Only the user can: they disconnect it on their account page (/account) and connect it again.',
  },
  not_connected: {
    tone: 'idle',
    words: 'Not connected',
    helps: 'Only the user can connect it, on their account page (/account).',
  },
}

const shortScope = (scope: string) => scope.replace(/^https:\/\/www\.googleapis\.com\/auth\//, '')

/** An account of a user at a provider: status, scopes, times, and what helps. */
export function AccountCard({ userId, integration, finding, account, several, lastRefresh, now }: Props) {
  const { tone, words, helps } = states[finding.status]
  const { id: provider, name } = integration
  const only = several && account ? { externalAccountId: account.externalAccountId } : {}
  const key = `${provider}-${account?.externalAccountId ?? ''}`
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h4 className="flex items-center gap-2 font-semibold">
          <Icon path={integration.icon} /> {name}
          {account?.label && <span className="break-all font-normal text-soft">{account.label}</span>}
        </h4>
        <Status tone={tone}>{words}</Status>
      </div>
      {helps && <p className="mt-2 max-w-prose text-sm">{helps}</p>}
      {account && <Details {...{ provider, finding, lastRefresh, now }} />}
      {account && (
        <div className="mt-4 flex flex-wrap gap-3">
          <ActionButton
            {...{ action: refreshToken, fields: { userId, provider, ...only } }}
            doing={`refresh-${key}`}
            label="Refresh"
            busy="Refreshing…"
          />
          <ConfirmButton
            action={disconnect}
            fields={{ userId, provider, externalAccountId: account.externalAccountId }}
            doing={`disconnect-${key}`}
            label="Disconnect"
            busy="Disconnecting…"
            question={`Disconnect ${name}?`}
          >
            {account.label ?? 'The account'} is removed at Clerk and its tokens are forgotten. Only the user
            can connect it again.
          </ConfirmButton>
        </div>
      )}
    </>
  )
}

function Details({
  provider,
  finding,
  lastRefresh,
  now,
}: Pick<Props, 'finding' | 'lastRefresh' | 'now'> & { provider: string }) {
  const { expiresAt, missing, optionalMissing, since } = finding
  const known = finding.status !== 'degraded' && finding.status !== 'reconnect_required'
  const asked = providers.find(({ id }) => id === provider)
  const granted = known
    ? [
        ...(asked?.requiredScopes ?? []).filter((scope) => !missing.includes(scope)),
        ...(finding.status === 'scope_missing' ? [] : (asked?.optionalScopes ?? [])).filter(
          (scope) => !optionalMissing.includes(scope),
        ),
      ]
    : []
  const lines: [string, string][] = [
    [
      'Granted',
      known ? granted.map(shortScope).join(', ') || 'none of what is asked for' : 'not known without a token',
    ],
    [
      'Missing',
      [...missing.map(shortScope), ...optionalMissing.map((s) => `${shortScope(s)} (optional)`)].join(', ') ||
        'nothing',
    ],
    [
      'Token ends',
      expiresAt === null
        ? 'not known'
        : `in ${lasting(Math.max(0, (expiresAt - now) / 1000))}, ${timeOf(expiresAt, now)}`,
    ],
    ['Last refresh', lastRefresh === undefined ? 'none in the last hour' : timeOf(lastRefresh, now)],
    ['Connected', since === null ? 'not known' : timeOf(since, now)],
  ]
  return <Terms lines={lines} />
}
