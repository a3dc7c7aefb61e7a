'use client'

import { Status } from '@/components/status'
import type { CacheHealth } from '@/lib/dashboard/snapshot-schema'
import { formatNumber, formatPercent, formatUpTo } from '../format'
import { Linked } from './linked'
import { useLive } from './live'
import { nameOfLookup } from './lookup-names'
import { LookupRates } from './lookup-rates'
import { TimeTable } from './time-table'

const card = 'rounded-xl border border-line bg-surface p-5'

/** The state of Redis and Clerk, the requests that the cache avoids, and the hit rate of each lookup. */
export function CacheHealthView({ initial }: { initial: CacheHealth }) {
  const health = useLive('cache', initial)
  const { redis, clerk, budget, avoided, latency, processes, lookups, at } = health
  const where = processes === null ? 'this process, since it started' : 'the last 60 minutes, all processes'
  const minutes = minutesWithReads(lookups, at)
  return (
    <>
      <ul className="grid gap-4 sm:grid-cols-2">
        {(
          [
            { name: 'Redis', id: 'redis', state: redis, ms: latency.redis },
            { name: 'Clerk', id: 'clerk', state: clerk, ms: latency.clerk },
          ] as const
        ).map(({ name, id, state, ms }) => (
          <li key={name} className={card}>
            <div className="flex flex-wrap justify-between gap-x-4">
              <h3 className="font-semibold">{name}</h3>
              <Status tone={state.tone}>{state.title}</Status>
            </div>
            {state.advice && (
              <p
                className="mt-2 text-sm"
                {...(id === 'redis' && state.tone === 'bad' && { 'data-once': true })}
              >
                <Linked text={state.advice} />
              </p>
            )}
            <Latency {...{ ms, where }} service={id} />
          </li>
        ))}
        <li className={card}>
          <h3 className="font-semibold">Clerk requests avoided</h3>
          {avoided.share === null ? (
            <p className="mt-1 text-2xl">–</p>
          ) : (
            <p className="mt-1 text-2xl tabular-nums">
              {formatNumber(avoided.calls)}{' '}
              <span className="text-base text-soft">({formatPercent(avoided.share)})</span>
            </p>
          )}
          <p className="mt-1 text-soft text-sm">{where}</p>
        </li>
        <li className={card}>
          <h3 className="font-semibold">Clerk budget left</h3>
          <p className="mt-1 text-2xl tabular-nums">
            {formatNumber(budget.left)}{' '}
            <span className="text-base text-soft">of {formatNumber(budget.limit)} per 10 s</span>
          </p>
          <p className="mt-1 text-soft text-sm">now, of this process</p>
        </li>
      </ul>
      <h3 className="mt-6 mb-2 font-medium">
        Hit rates <span className="font-normal text-soft text-sm">{where}</span>
      </h3>
      <LookupRates lookups={lookups} />
      {minutes.length > 0 && (
        <TimeTable
          title="Hit rates by minute"
          step={1}
          columns={lookups.map(({ name }) => nameOfLookup(name))}
          rows={minutes}
        />
      )}
    </>
  )
}

/** Every minute with reads, the newest first. */
function minutesWithReads(lookups: CacheHealth['lookups'], at: number) {
  const length = lookups[0]?.minutes.length ?? 0
  const newest = Math.floor(at / 60_000)
  return Array.from({ length }, (_, back) => ({
    at: (newest - back) * 60_000,
    cells: lookups.map(({ minutes }) => {
      const { reads, hits } = minutes[length - 1 - back] ?? { reads: 0, hits: 0 }
      return reads === 0 ? null : `${formatPercent(hits / reads)} of ${formatNumber(reads)}`
    }),
  })).filter(({ cells }) => cells.some((cell) => cell !== null))
}

type LatencyProps = { ms: CacheHealth['latency']['redis']; service: 'redis' | 'clerk'; where: string }

/**
 * The time within which 50, 95 and 99% of the requests were answered: upper bounds of buckets. `where`: of which time and
 * processes, because the state above is of now.
 */
function Latency({ ms, service, where }: LatencyProps) {
  if (!ms) return <p className="mt-3 text-soft text-sm">No requests: {where}</p>
  return (
    <>
      <dl className="mt-3 grid max-w-sm grid-cols-3 gap-x-4 text-sm tabular-nums">
        {(['p50', 'p95', 'p99'] as const).map((name) => (
          <div key={name}>
            <dt className="text-soft">{name}</dt>
            <dd className="font-medium">{formatUpTo(ms[name], service)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-soft text-sm">{where}</p>
    </>
  )
}
