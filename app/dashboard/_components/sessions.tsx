import { PanelNote } from '@/components/panel'
import { Status, type Tone } from '@/components/status'
import type { UserSession } from '@/lib/dashboard/person'
import { Ago } from './time'

const tones: Record<string, Tone> = { active: 'good', revoked: 'bad' }

/** A user's sessions at Clerk. */
export function Sessions({ sessions, at }: { sessions: readonly UserSession[]; at: number }) {
  if (sessions.length === 0)
    return <PanelNote title="No sessions">This user is not signed in on any device.</PanelNote>
  return (
    <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
      {sessions.map(({ id, status, lastActiveAt, createdAt }) => (
        <li
          key={id}
          className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 md:grid md:grid-cols-[8rem_minmax(0,1fr)_11rem_11rem]"
        >
          <Status tone={tones[status] ?? 'idle'}>{status.charAt(0).toUpperCase() + status.slice(1)}</Status>
          <code className="break-all text-soft text-xs">{id}</code>
          <span className="text-soft">
            {lastActiveAt !== null && (
              <>
                Active <Ago at={lastActiveAt} renderedAt={at} />
              </>
            )}
          </span>
          <span className="text-soft">
            {createdAt !== null && (
              <>
                Started <Ago at={createdAt} renderedAt={at} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
