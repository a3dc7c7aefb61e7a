import { Fragment } from 'react'
import { Notice } from '@/components/notice'
import { TryAgainAfter } from '@/components/or-outage'
import { Status } from '@/components/status'
import { clerkState, currentRedisState } from '@/lib/dashboard/redis-state'
import { sentenceOf } from '@/lib/dashboard/sentence'
import { checkHealth } from '@/lib/process/health'

const PAGES = { Redis: 'status.upstash.com', Clerk: 'status.clerk.com' } as const

/** Shown instead of the dashboard while roles cannot be read: what is not responding, and what still works. */
export async function Outage({ title, advice, status }: { title: string; advice: string; status: number }) {
  const { dependencies } = await checkHealth()
  const states = [
    { name: 'Clerk', state: clerkState(dependencies.clerk, 0) },
    { name: 'Redis', state: currentRedisState(dependencies.redis, false) },
  ] as const
  const down = states.filter(({ state }) => state.tone === 'bad')
  return (
    <Notice title={down.length > 1 ? 'Clerk and Redis are not responding' : title}>
      <p>{advice}</p>
      <ul className="space-y-1">
        {states.map(({ name, state }) => (
          <li key={name}>
            <Status tone={state.tone}>{sentenceOf(name, state)}</Status>
          </li>
        ))}
      </ul>
      <p>Your role is not cached and cannot be loaded, so nothing more is shown. What still works:</p>
      <ul className="list-disc space-y-1 pl-5">
        <li>
          <a href="/api/health" className="underline">
            /api/health
          </a>{' '}
          says whether {down.map(({ name }) => name).join(' and ') || 'Clerk'}{' '}
          {down.length > 1 ? 'respond' : 'responds'}
        </li>
        <li>
          <code className="text-sm">npm run ops -- doctor</code> on a server checks every setting
        </li>
        {down.length > 0 && (
          <li>
            {down.map(({ name }, i) => (
              <Fragment key={name}>
                {i > 0 && ' and '}
                <a href={`https://${PAGES[name]}`} className="underline">
                  {PAGES[name]}
                </a>
              </Fragment>
            ))}{' '}
            {down.length > 1 ? 'report' : 'reports'} outages
          </li>
        )}
      </ul>
      <TryAgainAfter status={status} />
    </Notice>
  )
}
