'use client'

import Link from 'next/link'
import { Status } from '@/components/status'
import type { CacheHealth } from '@/lib/dashboard/snapshot-schema'
import { formatNumber, formatPercent, formatUpTo } from '../format'
import { useLive } from './live'
import { TILES } from './tiles'

/** The few figures that matter, each a link to where the rest is. */
export function Figures({ initial }: { initial: CacheHealth }) {
  const { redis, clerk, avoided, lookups, latency, budget, processes } = useLive('cache', initial)
  const reads = lookups.reduce((all, one) => all + one.reads, 0)
  const misses = lookups.reduce((all, one) => all + one.misses, 0)
  const figures = [
    {
      name: 'Hit rate',
      value: reads === 0 ? '–' : formatPercent(1 - misses / reads),
      note: reads === 0 ? 'no reads' : `of ${formatNumber(reads)} reads`,
    },
    {
      name: 'Clerk requests avoided',
      value: avoided.share === null ? '–' : formatNumber(avoided.calls),
      note: avoided.share === null ? 'no reads' : `${formatPercent(avoided.share)} of all requests`,
    },
    {
      name: 'Redis latency, p95',
      value: latency.redis ? formatUpTo(latency.redis.p95, 'redis') : '–',
      state: redis,
      note: latency.redis ? `p50 ${formatUpTo(latency.redis.p50, 'redis')}` : 'no requests',
    },
    {
      name: 'Clerk latency, p95',
      value: latency.clerk ? formatUpTo(latency.clerk.p95, 'clerk') : '–',
      state: clerk,
      note: latency.clerk ? `p50 ${formatUpTo(latency.clerk.p50, 'clerk')}` : 'no requests',
    },
    {
      name: 'Clerk budget left',
      value: formatNumber(budget.left),
      note: `now, of ${formatNumber(budget.limit)} per 10 s`,
    },
  ]
  return (
    <>
      <h3 className="mb-3 font-semibold text-lg">
        {processes === null ? 'This process, since it started' : 'Last 60 minutes'}
      </h3>
      {processes === null && (
        <p className="mb-3 text-soft text-sm">The counts of all processes are in Redis.</p>
      )}
      <ul className={TILES}>
        {figures.map(({ name, value, note, state }) => (
          <li key={name}>
            <Link
              href="/dashboard/cache"
              prefetch={false}
              className="block h-full rounded-xl p-4 hover:bg-page"
            >
              <span className="block text-soft text-sm">{name}</span>
              <span className="mt-1 block font-semibold text-xl tabular-nums">{value}</span>
              <span className="block text-soft text-xs tabular-nums">{note}</span>
              {state && state.tone !== 'good' && (
                <span className="mt-1 block text-xs">
                  <Status tone={state.tone}>{state.title.replace(/.*ping now/, 'Now')}</Status>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
