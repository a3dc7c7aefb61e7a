import Link from 'next/link'
import type { ReactNode } from 'react'
import { Icon } from '@/components/icon'
import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import { peopleOf, type tokenHealth } from '@/lib/dashboard/panels.server'
import type { People } from '@/lib/dashboard/snapshot-schema'
import { type NeedsUser, NO_READS, type TokenHealth } from '@/lib/dashboard/token-health'
import { type Provider, providerOf } from '@/lib/integrations/providers'
import { countOf } from '../format'
import { Person } from './person'
import { Ago } from './time'
import { Unavailable } from './unavailable'

const NEEDS: Record<NeedsUser, string> = {
  scope_missing: 'has to grant scopes',
  reconnect_required: 'has to reconnect',
}
/** Users who are listed. */
const LISTED = 10

function verdict({ failing, works, users, notEnabled }: TokenHealth): { tone: Tone; label: string } {
  if (notEnabled) return { tone: 'bad', label: 'Not enabled in Clerk' }
  if (failing.length > 0) return { tone: 'bad', label: `Failing for ${countOf(failing.length, 'user')}` }
  if (works === 0 && users.length > 0)
    return {
      tone: 'warn',
      label: `${countOf(users.length, 'user')} ${users.length === 1 ? 'has' : 'have'} to act`,
    }
  return works > 0 ? { tone: 'good', label: 'Works' } : { tone: 'idle', label: 'No recent token reads' }
}

/** The state of each provider, by people, in the order of the list. Those that nobody has used are in one card. */
export async function ProviderOverview({ found }: { found: Awaited<ReturnType<typeof tokenHealth>> }) {
  if ('unavailable' in found) return <Unavailable what="The state of the providers" {...found} />
  const { byProvider, since } = found.data
  const shown = [...byProvider.values()].flatMap(({ health }) => [
    ...health.failing.slice(0, LISTED),
    ...health.users.slice(0, LISTED).map(({ id }) => id),
  ])
  const people = await peopleOf('integrations', shown)
  const all = [...byProvider].map(([id, { health }]) => ({ provider: providerOf(id), health }))
  const isIdle = ({ health }: { health: TokenHealth }) =>
    verdict(health).tone === 'idle' && health.users.length + health.notConnected === 0
  const idle = all.filter(isIdle)
  return (
    <>
      <ul className="grid gap-4">
        {all
          .filter((one) => !isIdle(one))
          .map(({ provider, health }) => (
            <li key={provider.id} className={card}>
              <OneProvider {...{ provider, people, health }} />
            </li>
          ))}
        {idle.length > 0 && (
          <li className={`${card} flex flex-wrap items-center justify-between gap-x-4 gap-y-1`}>
            <h3 className="flex flex-wrap items-center gap-x-4 gap-y-1 font-semibold">
              {idle.map(({ provider: { id, icon, name } }) => (
                <span key={id} className="flex items-center gap-2">
                  <Icon path={icon} /> {name}
                </span>
              ))}
            </h3>
            <Status tone="idle">{verdict(NO_READS).label}</Status>
            <p className="w-full text-soft text-sm">
              A state appears once the app reads a token of a user who has connected an account.
            </p>
          </li>
        )}
      </ul>
      {all.length === 0 && (
        <PanelNote title="No provider is declared">Declare one with setProviders.</PanelNote>
      )}
      {since !== null && (
        <p className="mt-2 text-soft text-xs">
          Based on each user’s newest read in the last 200 audit records. The oldest of them is from{' '}
          <Ago at={since} renderedAt={found.at} />.
        </p>
      )}
    </>
  )
}

const card = 'rounded-xl border border-line bg-surface p-5'

type Props = { provider: Provider; health: TokenHealth; people: People }

function OneProvider({ provider, health, people }: Props) {
  const { works, failing, users, notConnected } = health
  const { tone, label } = verdict(health)
  const counts = [
    ['Working', works],
    ['Have to act', users.length],
    ['Failing', failing.length],
    ['Never connected', notConnected],
  ] as const
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="flex items-center gap-2 font-semibold">
          <Icon path={provider.icon} /> {provider.name}
        </h3>
        <Status tone={tone}>{label}</Status>
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-4">
        {counts.map(([term, count]) => (
          <div key={term}>
            <dt className="text-soft">{term}</dt>
            <dd className="font-medium tabular-nums">{countOf(count, 'user')}</dd>
          </div>
        ))}
      </dl>
      <PeopleList
        title={
          <>
            No token could be read, because Clerk or Redis did not answer. See{' '}
            <Link href="/dashboard/cache" prefetch={false} className="underline">
              Cache
            </Link>
            .
          </>
        }
        people={people}
        list={failing.map((id) => ({ id, note: '' }))}
      />
      <PeopleList
        title={'Only the users can act, on their account page.'}
        people={people}
        list={users.map(({ id, outcome }) => ({ id, note: NEEDS[outcome] }))}
      />
    </>
  )
}

function PeopleList({
  title,
  people,
  list,
}: {
  title: ReactNode
  people: People
  list: readonly { id: string; note: string }[]
}) {
  if (list.length === 0) return null
  return (
    <>
      <p className="mt-4 font-medium text-sm">{title}</p>
      <ul className="mt-1 space-y-1 text-sm">
        {list.slice(0, LISTED).map(({ id, note }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3">
            <Person id={id} people={people} />
            <span className="text-soft">{note}</span>
          </li>
        ))}
      </ul>
      {list.length > LISTED && (
        <p className="mt-1 text-soft text-sm">and {countOf(list.length - LISTED, 'other user')}</p>
      )}
    </>
  )
}
