import { Fragment } from 'react'
import { Notice } from '@/components/notice'
import { TryAgainAfter } from '@/components/or-outage'
import { Status } from '@/components/status'
import { clerkState, currentRedisState } from '@/lib/dashboard/redis-state'
import { sentenceOf } from '@/lib/dashboard/sentence'
import { adviceBesideButton, type Problem } from '@/lib/errors'
import { checkHealth } from '@/lib/process/health'

const PAGES = { Redis: 'status.upstash.com', Clerk: 'status.clerk.com' } as const

/** Shown instead of the dashboard while roles cannot be read: what is not responding, and what still works. */
export async function Outage(problem: Problem) {
  const { dependencies } = await checkHealth()
  const { title } = problem
  const states = [
    { name: 'Clerk', state: clerkState(dependencies.clerk, 0) },
    { name: 'Redis', state: currentRedisState(dependencies.redis, false) },
  ] as const
  const down = states.filter(({ state }) => state.tone === 'bad')
  return (
    <Notice title="The dashboard cannot be shown" tone="bad">
      <p>
        {title}. Your role is not cached and cannot be loaded. {adviceBesideButton(problem)}
      </p>
      <ul className="space-y-1 empty:hidden">
        {states
          .map(({ name, state }) => ({ name, tone: state.tone, sentence: sentenceOf(name, state) }))
          .filter(({ sentence }) => sentence !== title)
          .map(({ name, tone, sentence }) => (
            <li key={name}>
              <Status tone={tone}>{sentence}</Status>
            </li>
          ))}
      </ul>
      <TryAgainAfter {...problem} isFirst />
      <p>What still works:</p>
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
    </Notice>
  )
}
