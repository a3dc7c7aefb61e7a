import { Icon } from '@/components/icon'
import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import { tokenRecords } from '@/lib/dashboard/panels.server'
import { type Provider, providers } from '@/lib/integrations/providers'
import { count, timeOf } from '../format'
import { AsOf } from './as-of'
import { Unavailable } from './unavailable'

type Records = Extract<Awaited<ReturnType<typeof tokenRecords>>, { data: unknown }>['data']['reads']

/** What only the user can mend, by their outcome. */
const OF_USERS: Record<string, string> = {
  not_connected: 'not connected',
  scope_missing: 'scopes missing',
  reconnect_required: 'to be reconnected',
}
/** How many people with trouble are named. */
const NAMED = 6

function verdict(failed: number, needy: number, reads: number): { tone: Tone; words: string } {
  if (reads === 0) return { tone: 'idle', words: 'No token asked for lately' }
  if (failed > 0) return { tone: 'bad', words: `${count(failed)} of ${count(reads)} failed` }
  if (needy > 0) return { tone: 'warn', words: 'Works; some users have to act' }
  return { tone: 'good', words: 'Works' }
}

/** How each provider fared lately, for everybody. */
export async function Providers() {
  const found = await tokenRecords()
  if ('unavailable' in found)
    return (
      <Unavailable
        what="How tokens fared lately is in the audit trail."
        {...found}
        reason={found.unavailable}
      />
    )
  const { reads, since } = found.data
  return (
    <>
      <ul className="grid gap-4">
        {providers.map((provider) => (
          <li key={provider.id} className="rounded-xl border border-line bg-surface p-5">
            <OneProvider
              provider={provider}
              reads={reads.filter(({ target = '' }) => target.split(':', 1)[0] === provider.id)}
              since={since === null ? null : timeOf(since, found.at)}
            />
          </li>
        ))}
      </ul>
      {providers.length === 0 && (
        <PanelNote title="No provider is declared">Add one to lib/integrations/providers.ts.</PanelNote>
      )}
      <AsOf at={found.at} />
    </>
  )
}

function OneProvider({
  provider,
  reads,
  since,
}: {
  provider: Provider
  reads: Records
  since: string | null
}) {
  const bad = reads.filter(({ outcome }) => outcome !== 'ok')
  const needy = bad.filter(({ outcome }) => outcome in OF_USERS)
  const failed = bad.length - needy.length
  const { tone, words } = verdict(failed, needy.length, reads.length)
  const users = [...new Map(needy.map(({ subject, outcome }) => [subject, outcome]))]
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="flex items-center gap-2 font-semibold">
          <Icon path={provider.icon} /> {provider.name}
        </h3>
        <Status tone={tone}>{words}</Status>
      </div>
      {reads.length > 0 && (
        <p className="mt-2 text-soft text-sm">
          {count(reads.length - bad.length)} of {count(reads.length)} tokens given out
          {since && ` since ${since}`}.
          {failed > 0 && ' The failures are Clerk’s or Redis’s, not the users’: look at Cache health.'}
        </p>
      )}
      {users.length > 0 && (
        <>
          <p className="mt-3 font-medium text-sm">Only they can mend it, on their account page:</p>
          <ul className="mt-1 space-y-1 text-sm">
            {users.slice(0, NAMED).map(([user, outcome]) => (
              <li key={user} className="flex flex-wrap gap-x-3">
                <a href={`/dashboard?user=${user}`} className="break-all underline">
                  {user}
                </a>
                <span className="text-soft">{OF_USERS[outcome]}</span>
              </li>
            ))}
          </ul>
          {users.length > NAMED && (
            <p className="mt-1 text-soft text-sm">and {count(users.length - NAMED)} more</p>
          )}
        </>
      )}
    </>
  )
}
