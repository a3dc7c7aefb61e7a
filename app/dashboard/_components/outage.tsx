import { Notice } from '@/components/notice'
import { Status } from '@/components/status'
import { checkHealth } from '@/lib/process/health'

const names = { redis: 'Redis', clerk: 'Clerk' } as const

/** Shown instead of the dashboard while roles cannot be read: what does not answer, and what still works. */
export async function Outage({ title, advice }: { title: string; advice: string }) {
  const { dependencies } = await checkHealth()
  const parts = (['redis', 'clerk'] as const).map((key) => ({ key, state: dependencies[key] }))
  return (
    <Notice title={title}>
      <p>{advice}</p>
      <ul className="space-y-1">
        {parts.map(({ key, state }) => (
          <li key={key} className="flex flex-wrap gap-x-3 text-ink">
            {names[key]}{' '}
            <Status tone={state.status === 'up' ? 'good' : 'bad'}>
              {state.status === 'up'
                ? `Up, ${state.latencyMs} ms`
                : `Down: ${state.reason.replaceAll('_', ' ')}`}
            </Status>
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
        <li>status.clerk.com and status.upstash.com report their outages</li>
      </ul>
    </Notice>
  )
}
