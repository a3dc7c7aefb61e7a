import Link from 'next/link'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { Avatar } from '@/components/avatar'
import { TryAgainAfter } from '@/components/or-outage'
import { Mark, type Tone } from '@/components/status'
import { type Comparison, latestComparison } from './compare'

const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

/** The same users, read from Clerk and from the cache by this server. */
export async function LiveComparison() {
  await connection()
  const comparison = await latestComparison()
  if (!comparison)
    return (
      <NoComparison title="No comparison yet">
        <p className="text-soft">
          The comparison needs users with the role <code>expert</code>. See{' '}
          <Link href="/guides/users" className="underline">
            the guide to users
          </Link>
          .
        </p>
      </NoComparison>
    )
  if ('title' in comparison)
    return (
      <NoComparison title="Comparison unavailable" tone="warn">
        <p className="text-soft">{comparison.title}, so there is nothing to measure.</p>
        <TryAgainAfter {...comparison} isFirst />
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
        requests={`${count(clerk.requests, 'request')} to Clerk`}
        users={comparison.users}
        total={comparison.count}
        bar="bg-warn"
      />
      <Read
        title="With the cache"
        code="getCachedUsersByIds(ids)"
        time={cache.ms}
        of={slowest}
        requests={`${count(cache.requests, 'request')} to Redis, 0 to Clerk`}
        users={comparison.users}
        total={comparison.count}
        bar="bg-good"
      />
      <p className="px-5 py-3 text-soft text-xs">
        {comparison.isPart && 'The first '}
        {count(comparison.count, 'expert')}, read by this server at{' '}
        <time dateTime={new Date(at).toISOString()}>{new Date(at).toISOString().slice(11, 19)} UTC</time>,
        once a minute at most.
      </p>
    </Frame>
  )
}

/** Why there is none, and what to do. As high as its placeholder, so that nothing below moves. */
const NoComparison = ({ title, tone, children }: { title: string; tone?: Tone; children: ReactNode }) => (
  <Frame>
    <div className="m-auto max-w-sm space-y-4 text-balance p-6 text-center">
      <h3 className="flex items-baseline justify-center font-semibold text-lg">
        {tone && <Mark tone={tone} />}
        {title}
      </h3>
      {children}
    </div>
  </Frame>
)

const TITLES = ['Without the cache', 'With the cache']

/** A read without a time. */
const EmptyRead = ({ title, bar }: { title: string; bar: string }) => (
  <div className="flex flex-1 flex-col justify-center gap-2.5 px-5 py-4">
    <p className="font-medium">{title}</p>
    <div className={`h-2 rounded-full ${bar}`} />
  </div>
)

interface ReadProps {
  title: string
  code: string
  time: number
  of: number
  requests: string
  users: Comparison['users']
  total: number
  bar: string
}

function Read({ title, code, time, of, requests, users, total, bar }: ReadProps) {
  const more = total - users.length
  return (
    <section aria-label={title} className="flex flex-1 flex-col justify-center gap-2.5 px-5 py-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium">{title}</h3>
        <p className="ms-auto font-semibold text-2xl tabular-nums tracking-tight">{milliseconds(time)}</p>
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
      <div className="flex h-7 items-center text-sm text-soft" aria-hidden>
        {users.map(({ id, imageUrl }) => (
          <span key={id} className="-me-1.5 shrink-0 rounded-full border-2 border-surface">
            <Avatar src={imageUrl} size={24} />
          </span>
        ))}
        {users.length > 0 && more > 0 && <span className="ms-3">+{more}</span>}
      </div>
    </section>
  )
}

const Frame = ({ children }: { children: ReactNode }) => (
  <div className="flex min-h-[25rem] sm:min-h-[23rem] flex-col divide-y divide-line rounded-xl border border-line bg-surface">
    {children}
  </div>
)

export const ComparisonSkeleton = () => (
  <Frame>
    {TITLES.map((title) => (
      <EmptyRead key={title} title={title} bar="bg-line motion-safe:animate-pulse" />
    ))}
    <p role="status" data-loading className="px-5 py-3 text-soft text-xs">
      Reading the same users from Clerk and from the cache…
    </p>
  </Frame>
)
