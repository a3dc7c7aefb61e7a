import type { LookupHealth } from '@/lib/dashboard/snapshot-schema'
import { formatPercent } from '../format'
import { nameOfLookup } from './lookup-names'

const cell = 'whitespace-nowrap px-3 py-1.5 text-right first:text-left'

/** The figures of the charts as a table: every minute with reads, newest first. */
export function MinuteTable({ lookups, at }: { lookups: readonly LookupHealth[]; at: number }) {
  const length = lookups[0]?.minutes.length ?? 0
  const rows = Array.from({ length }, (_, i) => length - 1 - i).filter((i) =>
    lookups.some(({ minutes }) => (minutes[i]?.reads ?? 0) > 0),
  )
  if (rows.length === 0) return null
  const minuteAt = (i: number) => new Date(at - (length - 1 - i) * 60_000).toISOString().slice(11, 16)
  return (
    <details className="mt-3 text-sm">
      <summary className="cursor-pointer text-soft">Hit rates by minute, as a table</summary>
      <section
        className="mt-2 max-h-80 overflow-auto rounded-xl border border-line bg-surface"
        aria-label="Hit rates by minute"
        tabIndex={0}
      >
        <table className="w-full tabular-nums">
          <thead className="text-soft">
            <tr>
              <th scope="col" className={`${cell} font-medium`}>
                Minute (UTC)
              </th>
              {lookups.map(({ name }) => (
                <th key={name} scope="col" className={`${cell} font-medium`}>
                  {nameOfLookup(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((i) => (
              <tr key={i}>
                <th scope="row" className={`${cell} font-normal`}>
                  {minuteAt(i)}
                </th>
                {lookups.map(({ name, minutes }) => {
                  const { reads, hits } = minutes[i] ?? { reads: 0, hits: 0 }
                  return (
                    <td key={name} className={cell}>
                      {reads === 0 ? 'no traffic' : `${formatPercent(hits / reads)} of ${reads}`}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
