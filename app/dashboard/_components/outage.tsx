import { Notice } from '@/components/notice'
import { TryAgainAfter } from '@/components/or-outage'
import { Status } from '@/components/status'
import { clerkState, currentRedisState } from '@/lib/dashboard/redis-state'
import { checkHealth } from '@/lib/process/health'

/** Shown instead of the dashboard while roles cannot be read: what is not responding, and what still works. */
export async function Outage({ title, advice, status }: { title: string; advice: string; status: number }) {
  const { dependencies } = await checkHealth()
  const states = [
    { name: 'Redis', state: currentRedisState(dependencies.redis, false) },
    { name: 'Clerk', state: clerkState(dependencies.clerk, 0) },
  ]
  return (
    <Notice title={title}>
      <p>{advice}</p>
      <ul className="space-y-1">
        {states.map(({ name, state }) => (
          <li key={name} className="flex flex-wrap gap-x-3 text-ink">
            {name} <Status tone={state.tone}>{state.title}</Status>
          </li>
        ))}
      </ul>
      <p>Your role is not cached and cannot be loaded, so nothing more is shown. What still works:</p>
      <ul className="list-disc space-y-1 pl-5">
        <li>
          <a href="/api/health" className="underline">
            /api/health
          </a>{' '}
          says when they answer again
        </li>
        <li>
          <code>npm run ops -- doctor</code> on a server checks every setting
        </li>
        <li>
          <a href="https://status.clerk.com" className="underline">
            status.clerk.com
          </a>{' '}
          and, for Upstash,{' '}
          <a href="https://status.upstash.com" className="underline">
            status.upstash.com
          </a>{' '}
          report outages
        </li>
      </ul>
      <TryAgainAfter status={status} />
    </Notice>
  )
}
