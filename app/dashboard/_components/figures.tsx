'use client'

import Link from 'next/link'
import type { CacheHealth } from '@/lib/dashboard/snapshot-schema'
import { formatNumber, formatPercent, formatUpTo } from '../format'
import { useLive } from './live'

/** The few figures that matter, each a link to where the rest is. */
export function Figures({ initial }: { initial: CacheHealth }) {
  const { redis, avoided, lookups, latency, budget, processes } = useLive('cache', initial)
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
      note: latency.redis ? `p50 ${formatUpTo(latency.redis.p50, 'redis')}` : 'no requests',
    },
    {
      name: 'Clerk latency, p95',
      value: latency.clerk ? formatUpTo(latency.clerk.p95, 'clerk') : '–',
      note: latency.clerk ? `p50 ${formatUpTo(latency.clerk.p50, 'clerk')}` : 'no requests',
    },
    {
      name: 'Clerk budget left',
      value: formatNumber(budget.left),
      note: `of ${formatNumber(budget.limit)} per 10 s`,
    },
  ]
  return (
    <>
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-6 xl:grid-cols-5">
        {figures.map(({ name, value, note }) => (
          <li
            key={name}
            className="rounded-xl border border-line bg-surface first:col-span-2 sm:col-span-2 sm:first:col-span-3 sm:nth-2:col-span-3 xl:col-span-1 xl:nth-2:col-span-1 xl:first:col-span-1"
          >
            <Link
              href="/dashboard/cache"
              prefetch={false}
              className="block h-full rounded-xl p-4 hover:bg-page"
            >
              <span className="block text-soft text-sm">{name}</span>
              <span className="mt-1 block font-semibold text-xl tabular-nums">{value}</span>
              <span className="block text-soft text-xs tabular-nums">{note}</span>
            </Link>
          </li>
        ))}
      </ul>
      {processes === null && (
        <p className="mt-2 text-sm text-warn">
          {redis.tone === 'good' ? 'The counts of all processes could not be read' : redis.title}. These are
          the figures of this process since it started.
        </p>
      )}
    </>
  )
}
