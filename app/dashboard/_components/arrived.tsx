import { Status, type Tone } from '@/components/status'
import type { Entries } from '@/lib/dashboard/person'

type Props = { entries: Entries; changedAt: Promise<number | null> }

/** Whether every process reads what Clerk has now. `changedAt`: when Clerk last changed the user, or null if it does not say. */
export async function Arrived({ entries, changedAt }: Props) {
  const [tone, state, advice] = arrival(entries, await changedAt)
  return (
    <>
      <Status tone={tone}>{state}</Status> {advice}
    </>
  )
}

function arrival(entries: Entries, changedAt: number | null): [tone: Tone, state: string, advice?: string] {
  if ('unavailable' in entries) return ['idle', 'Not compared with Clerk.', `${entries.unavailable}.`]
  const { value } = entries.data.user
  if (value === undefined) return ['idle', 'Was not cached: this page has loaded what Clerk has now']
  if (changedAt === null) return ['idle', 'Not compared with Clerk, which is not responding']
  if (value && value.updatedAt >= changedAt)
    return ['good', 'Up to date with Clerk: the last change has arrived everywhere']
  return [
    'warn',
    'Older than in Clerk: a change has not arrived yet.',
    'If this does not go away, press Invalidate below and check the webhooks.',
  ]
}
