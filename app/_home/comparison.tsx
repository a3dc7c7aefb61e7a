import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { Avatar } from '@/components/avatar'
import { TryAgainAfter } from '@/components/or-outage'
import { type Comparison, latestComparison } from './compare'

const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
const count = (requests: number, to: string) =>
  `${requests} ${requests === 1 ? 'request' : 'requests'} to ${to}`

/** The same users, read from Clerk and from the cache by this server. */
export async function LiveComparison() {
  await connection()
  const comparison = await latestComparison()
  if (!comparison)
    return (
      <NoComparison>
        It needs users with the role <code>expert</code>.
      </NoComparison>
    )
  if ('title' in comparison)
    return (
      <NoComparison action={<TryAgainAfter status={comparison.status} />}>
        {comparison.title}. {comparison.advice}
      </NoComparison>
    )
  const { clerk, cache, at } = comparison
  const slowest = Math.max(clerk.ms, cache.ms)
  return (
    <Frame>
      <Read
        title="Without the cache"
        code="GET /v1/users?user_id=…"
        time={clerk.ms}
        of={slowest}
        requests={count(clerk.requests, 'Clerk')}
        users={comparison.users}
        bar="bg-warn"
      />
      <Read
        title="With the cache"
        code="getCachedUsersByIds(ids)"
        time={cache.ms}
        of={slowest}
        requests={`${count(cache.requests, 'Redis')}, 0 to Clerk`}
        users={comparison.users}
        bar="bg-good"
      />
      <p className="px-5 py-3 text-soft text-xs">
        The {comparison.users.length} users of the experts page. Measured by this server at{' '}
        <time dateTime={new Date(at).toISOString()}>{new Date(at).toISOString().slice(11, 19)} UTC</time>,
        once a minute at most.
      </p>
    </Frame>
  )
}

/** Why there is none, and what to do. */
const NoComparison = ({ children, action }: { children: ReactNode; action?: ReactNode }) => (
  <Frame>
    <div className="m-auto max-w-sm space-y-4 p-6 text-center">
      <div className="text-pretty">
        <h3 className="font-medium">No comparison at the moment</h3>
        <p className="mt-1 text-soft">{children}</p>
      </div>
      {action}
    </div>
  </Frame>
)

interface ReadProps {
  title: string
  code: string
  time: number
  of: number
  requests: string
  users: Comparison['users']
  bar: string
}

function Read({ title, code, time, of, requests, users, bar }: ReadProps) {
  return (
    <section aria-label={title} className="flex flex-1 flex-col justify-center gap-2.5 px-5 py-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium">{title}</h3>
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{milliseconds(time)}</p>
      </div>
      <div className="h-2 overflow-hidden rounded-full bg-line" aria-hidden>
        <div
          className={`h-full min-w-1 rounded-full ${bar}`}
          style={{ width: `${Math.max(0.5, (100 * time) / of)}%` }}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm text-soft">
        <code className="text-xs">{code}</code>
        <span>{requests}</span>
      </div>
      <div className="flex h-7 flex-wrap overflow-hidden" aria-hidden>
        {users.map(({ id, imageUrl }) => (
          <span key={id} className="-me-1.5 shrink-0 rounded-full border-2 border-surface">
            <Avatar src={imageUrl} size={24} />
          </span>
        ))}
      </div>
    </section>
  )
}

const Frame = ({ children }: { children: ReactNode }) => (
  <div className="flex min-h-[23rem] flex-col divide-y divide-line rounded-xl border border-line bg-surface">
    {children}
  </div>
)

export const ComparisonSkeleton = () => (
  <Frame>
    {['Without the cache', 'With the cache'].map((title) => (
      <div key={title} className="flex flex-1 flex-col justify-center gap-2.5 px-5 py-4">
        <p className="font-medium">{title}</p>
        <div className="h-2 rounded-full bg-line motion-safe:animate-pulse" />
      </div>
    ))}
    <p role="status" data-loading className="px-5 py-3 text-soft text-xs">
      Reading the same users from Clerk and from the cache…
    </p>
  </Frame>
)
