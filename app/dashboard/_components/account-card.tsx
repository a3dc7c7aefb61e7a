import { Icon } from '@/components/icon'
import { Status, type Tone } from '@/components/status'
import type { Integration } from '@/lib/integrations/integrations.service'
import { providers } from '@/lib/integrations/providers'
import { disconnect, refreshToken } from '../actions'
import { ActionButton } from './action-button'
import { ConfirmButton } from './confirm-button'
import { type TermLine, Terms } from './terms'
import { Ago } from './time'

type Account = Integration['accounts'][number]

type Props = {
  userId: string
  /** The name of the user. */
  of: string
  integration: Integration
  finding: Omit<Account, 'externalAccountId' | 'label'>
  account: Account | undefined
  several: boolean
  lastRefresh: number | undefined
  now: number
}

const states: Record<Integration['status'], { tone: Tone; label: string; advice: string | null }> = {
  connected: { tone: 'good', label: 'Connected', advice: null },
  expiring: {
    tone: 'good',
    label: 'Connected, token expires soon',
    advice: 'Clerk renews the token once it has expired.',
  },
  degraded: {
    tone: 'warn',
    label: 'Could not be checked',
    advice: 'Clerk or Redis did not answer. It is checked again automatically.',
  },
  scope_missing: {
    tone: 'bad',
    label: 'Scopes missing',
    advice:
      'Only the user can grant them: on their account page (/account) they connect it again and grant the scopes.',
  },
  reconnect_required: {
    tone: 'bad',
    label: 'Needs reconnecting',
    advice:
      'Only the user can do it: on their account page (/account) they disconnect it and connect it again.',
  },
  not_connected: {
    tone: 'idle',
    label: 'Not connected',
    advice: 'Only the user can connect it, on their account page (/account).',
  },
}

const shortScope = (scope: string) => scope.replace(/^https:\/\/www\.googleapis\.com\/auth\//, '')

/** A user's account at a provider: status, scopes, times, and what to do. */
export function AccountCard({ userId, of, integration, finding, account, several, lastRefresh, now }: Props) {
  const { tone, label, advice } = states[finding.status]
  const { id: provider, name } = integration
  const only: Record<string, string> =
    several && account ? { externalAccountId: account.externalAccountId } : {}
  const key = `${provider}-${account?.externalAccountId ?? ''}`
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="flex items-center gap-2 font-semibold">
          <Icon path={integration.icon} /> {name}
          {account?.label && <span className="break-all font-normal text-soft">{account.label}</span>}
        </h3>
        <Status tone={tone}>{label}</Status>
      </div>
      {advice && <p className="mt-2 max-w-prose text-sm">{advice}</p>}
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
            question={`Disconnect ${name} of ${of}?`}
          >
            {account.label ?? 'The account'} is removed at Clerk and its tokens are deleted. This cannot be
            undone: only {of} can connect it again.
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
  const lines: TermLine[] = [
    ['Granted', known ? granted.map(shortScope).join(', ') || 'none' : 'unknown without a token'],
    [
      'Missing',
      [...missing.map(shortScope), ...optionalMissing.map((s) => `${shortScope(s)} (optional)`)].join(', ') ||
        'none',
    ],
    ['Token expires', expiresAt === null ? 'unknown' : <Ago key="expires" at={expiresAt} renderedAt={now} />],
    [
      'Last refresh',
      lastRefresh === undefined ? (
        'none in the last hour'
      ) : (
        <Ago key="refresh" at={lastRefresh} renderedAt={now} />
      ),
    ],
    ['Connected', since === null ? 'unknown' : <Ago key="since" at={since} renderedAt={now} />],
  ]
  return <Terms lines={lines} wide />
}
