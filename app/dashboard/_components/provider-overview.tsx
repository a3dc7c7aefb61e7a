import { Icon } from '@/components/icon'
import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import { tokenHealth } from '@/lib/dashboard/panels.server'
import type { NeedsUser, TokenHealth } from '@/lib/dashboard/token-health'
import { isDeclared, type Provider, providerOf, providers } from '@/lib/integrations/providers'
import { formatNumber, formatTime } from '../format'
import { AsOf } from './as-of'
import { Unavailable } from './unavailable'

const NEEDS: Record<NeedsUser, string> = {
  scope_missing: 'scopes missing',
  reconnect_required: 'needs reconnecting',
}
/** Users who are listed by ID. */
const LISTED = 6
const NO_READS: TokenHealth = { reads: 0, ok: 0, failed: 0, users: [] }

function verdict({ failed, reads, users }: TokenHealth): { tone: Tone; label: string } {
  if (failed > 0)
    return { tone: 'bad', label: `${formatNumber(failed)} of ${formatNumber(reads)} reads failed` }
  if (users.length > 0) return { tone: 'warn', label: 'Works, but some users have to reconnect' }
  return reads === 0 ? { tone: 'idle', label: 'No recent reads' } : { tone: 'good', label: 'Works' }
}

/** How recent reads of tokens ended, for each provider and all users. */
export async function ProviderOverview() {
  const found = await tokenHealth()
  if ('unavailable' in found)
    return (
      <Unavailable
        what="How reads of tokens ended is in the audit trail, which is in Redis."
        {...found}
        reason={found.unavailable}
      />
    )
  const { byProvider, since } = found.data
  const others = [...byProvider.keys()].filter((id) => !isDeclared(id)).sort()
  const shown = [...providers(), ...others.map(providerOf)]
  const healthOf = ({ id }: Provider) => byProvider.get(id) ?? NO_READS
  const idle = shown.filter((provider) => verdict(healthOf(provider)).tone === 'idle')
  return (
    <>
      <ul className="grid gap-4">
        {shown
          .filter((provider) => !idle.includes(provider))
          .map((provider) => (
            <li key={provider.id} className={card}>
              <OneProvider
                provider={provider}
                health={healthOf(provider)}
                since={since === null ? null : formatTime(since, found.at)}
              />
            </li>
          ))}
        {idle.length > 0 && (
          <li className={`${card} flex flex-wrap items-center justify-between gap-x-4 gap-y-1`}>
            <h3 className="flex flex-wrap items-center gap-x-4 gap-y-1 font-semibold">
              {idle.map(({ id, icon, name }) => (
                <span key={id} className="flex items-center gap-2">
                  <Icon path={icon} /> {name}
                </span>
              ))}
            </h3>
            <Status tone="idle">{verdict(NO_READS).label}</Status>
          </li>
        )}
      </ul>
      {shown.length === 0 && (
        <PanelNote title="No provider is declared">Declare one with setProviders.</PanelNote>
      )}
      <AsOf at={found.at} />
    </>
  )
}

const card = 'rounded-xl border border-line bg-surface p-5'

type Props = { provider: Provider; health: TokenHealth; since: string | null }

function OneProvider({ provider, health, since }: Props) {
  const { reads, ok, failed, users } = health
  const { tone, label } = verdict(health)
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="flex items-center gap-2 font-semibold">
          <Icon path={provider.icon} /> {provider.name}
        </h3>
        <Status tone={tone}>{label}</Status>
      </div>
      {reads > 0 && (
        <p className="mt-2 text-soft text-sm">
          {formatNumber(ok)} of {formatNumber(reads)} reads returned a token
          {since && ` since ${since}`}.
          {failed > 0 &&
            ` ${formatNumber(failed)} failed because Clerk or Redis did not answer: see Cache health.`}
        </p>
      )}
      {users.length > 0 && (
        <>
          <p className="mt-3 font-medium text-sm">
            These users have to reconnect {provider.name} on their account page:
          </p>
          <ul className="mt-1 space-y-1 text-sm">
            {users.slice(0, LISTED).map(({ id, outcome }) => (
              <li key={id} className="flex flex-wrap gap-x-3">
                <a href={`/dashboard?user=${id}`} className="break-all underline">
                  {id}
                </a>
                <span className="text-soft">{NEEDS[outcome]}</span>
              </li>
            ))}
          </ul>
          {users.length > LISTED && (
            <p className="mt-1 text-soft text-sm">and {formatNumber(users.length - LISTED)} more</p>
          )}
        </>
      )}
    </>
  )
}
