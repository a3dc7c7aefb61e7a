import { Icon } from '@/components/icon'
import { Status, type Tone } from '@/components/status'
import type { Integration } from '@/lib/integrations/integrations.service'
import { providerOf } from '@/lib/integrations/providers'
import { disconnect, refreshToken } from '../actions'
import { maskAddress } from '../format'
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
  account: Account
  several: boolean
  /** Whether the user is banned or locked: no token of theirs is read, so nothing is known. */
  blocked: boolean
  lastRefresh: number | null | undefined
  now: number
}

type State = Integration['status'] | 'blocked'

const states: Record<State, { tone: Tone; label: string; advice: string | null }> = {
  connected: { tone: 'good', label: 'Connected', advice: null },
  expiring: {
    tone: 'good',
    label: 'Connected, token expires soon',
    advice: 'Clerk renews the token once it has expired.',
  },
  degraded: {
    tone: 'warn',
    label: 'Could not be checked',
    advice:
      'The token could not be read: Clerk, Redis or the provider did not answer. It is checked again automatically.',
  },
  blocked: {
    tone: 'idle',
    label: 'Not checked',
    advice: 'This user is blocked, so no token is read for them.',
  },
  scope_missing: {
    tone: 'warn',
    label: 'Scopes missing',
    advice: 'Only the user can grant them, by connecting the account again on their account page (/account).',
  },
  reconnect_required: {
    tone: 'warn',
    label: 'Needs reconnecting',
    advice: 'Only the user can do it, by reconnecting the account on their account page (/account).',
  },
  not_connected: {
    tone: 'idle',
    label: 'Not connected',
    advice: 'Only the user can connect it, on their account page (/account).',
  },
}

const shortScope = (scope: string) =>
  scope.replace(/^https:\/\/(www\.googleapis\.com\/auth|graph\.microsoft\.com)\//, '')

type HeadProps = {
  of: readonly Pick<Integration, 'id' | 'icon' | 'name'>[]
  status: State
  label?: string | null
}

/** Names providers and the state of the connection, and says what helps. */
function Head({ of, status, label }: HeadProps) {
  const { tone, label: state, advice } = states[status]
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="flex flex-wrap items-center gap-x-4 gap-y-1 font-semibold">
          {of.map(({ id, icon, name }) => (
            <span key={id} className="flex min-w-0 flex-wrap items-center gap-x-2">
              <span className="flex shrink-0 items-center gap-2">
                <Icon path={icon} /> {name}
              </span>
              {label && <span className="break-all font-normal text-soft">{label}</span>}
            </span>
          ))}
        </h3>
        <Status tone={tone}>{state}</Status>
      </div>
      {advice && (
        <p className="mt-2 max-w-prose text-pretty text-sm">
          {of.length > 1 ? advice.replace('connect it', 'connect them') : advice}
        </p>
      )}
    </>
  )
}

/** Providers of which no account of the user is known, in the same state. */
export const WithoutAccount = ({ of, status }: Omit<HeadProps, 'label'>) => <Head {...{ of, status }} />

/** A user's account at a provider: status, scopes, times, and what to do. Its address is masked, as the user's is. */
export function AccountCard({ userId, of, integration, account, several, blocked, lastRefresh, now }: Props) {
  const { id: provider, name } = integration
  const only: Record<string, string> = several ? { externalAccountId: account.externalAccountId } : {}
  const key = `${provider}-${account.externalAccountId}`
  const label = account.label?.includes('@') ? maskAddress(account.label) : account.label
  return (
    <>
      <Head
        of={[integration]}
        status={blocked && account.status === 'degraded' ? 'blocked' : account.status}
        label={label}
      />
      <Details {...{ provider, account, several, lastRefresh, now }} />
      <div className="mt-4 flex flex-wrap gap-3">
        {!blocked && (
          <ActionButton
            {...{ action: refreshToken, fields: { userId, provider, ...only } }}
            doing={`refresh-${key}`}
            label="Refresh"
            busy="Refreshing…"
          />
        )}
        <ConfirmButton
          action={disconnect}
          fields={{ userId, provider, externalAccountId: account.externalAccountId }}
          doing={`disconnect-${key}`}
          label="Disconnect"
          busy="Disconnecting…"
          question={`Disconnect ${of}’s ${name} account?`}
        >
          {label ?? 'The account'} will be removed from Clerk, and its tokens deleted. This cannot be undone:
          only {of} can connect it again.
        </ConfirmButton>
      </div>
    </>
  )
}

type DetailsProps = Pick<Props, 'account' | 'several' | 'lastRefresh' | 'now'> & { provider: string }

function Details({ provider, account, several, lastRefresh, now }: DetailsProps) {
  const { expiresAt, missing, optionalMissing, since } = account
  const known = account.status !== 'degraded' && account.status !== 'reconnect_required'
  const asked = providerOf(provider)
  const granted = known
    ? [
        ...asked.requiredScopes.filter((scope) => !missing.includes(scope)),
        ...(account.status === 'scope_missing' ? [] : asked.optionalScopes).filter(
          (scope) => !optionalMissing.includes(scope),
        ),
      ]
    : []
  const lacking = [
    ...missing.map(shortScope),
    ...optionalMissing.map((one) => `${shortScope(one)} (optional)`),
  ]
  const lines: TermLine[] = [
    // Masked addresses of two accounts can be the same.
    ...(several ? [['Account ID', account.externalAccountId] satisfies TermLine] : []),
    ...(known
      ? ([
          ['Granted', granted.map(shortScope).join(', ') || 'none'],
          ['Missing', lacking.join(', ') || 'none'],
          [
            'Token expires',
            expiresAt === null ? 'unknown' : <Ago key="expires" at={expiresAt} renderedAt={now} />,
          ],
        ] satisfies TermLine[])
      : []),
    [
      'Last refresh',
      lastRefresh === null ? (
        'unknown without Redis'
      ) : lastRefresh === undefined ? (
        'none in the last hour'
      ) : (
        <Ago key="refresh" at={lastRefresh} renderedAt={now} />
      ),
    ],
    ['Connected', since === null ? 'unknown' : <Ago key="since" at={since} renderedAt={now} />],
  ]
  return <Terms lines={lines} wide />
}
