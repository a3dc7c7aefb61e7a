import { PanelNote } from '@/components/panel'
import type { LookupHealth } from '@/lib/dashboard/snapshot-schema'
import { formatNumber, formatPercent } from '../format'
import { nameOfLookup } from './lookup-names'
import { Sparkline } from './sparkline'

/** On a phone: the lookup, its hit rate, its reads and its misses. Which layer answered is in a chart, too. */
const cell =
  'whitespace-nowrap px-1.5 first:pl-4 last:pr-4 sm:px-2 py-2.5 lg:px-3 text-right first:text-left nth-3:text-left max-md:nth-3:hidden max-md:nth-5:hidden max-md:nth-6:hidden max-md:nth-7:hidden'

/** The hit rate of each lookup, and the layers that answered. */
export function LookupRates({ lookups }: { lookups: readonly LookupHealth[] }) {
  if (lookups.length === 0)
    return <PanelNote title="No traffic">There were no reads in this period.</PanelNote>
  return (
    // Focusable, so that it can be scrolled with the keyboard.
    <section className="scrolls rounded-xl border border-line" aria-label="Hit rates" tabIndex={0}>
      <table className="w-full text-sm tabular-nums">
        <thead className="text-soft">
          <tr>
            {['Lookup', 'Hit rate', '60 min', 'Reads', 'Request memo', 'Process', 'Redis', 'Misses'].map(
              (name) => (
                <th key={name} scope="col" className={`${cell} font-medium`}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-line border-t">
          {lookups.map(({ name, hitRate, minutes, reads, hits, misses }) => (
            <tr key={name}>
              <th scope="row" className={`${cell} font-medium`}>
                {nameOfLookup(name)}
              </th>
              <td className={cell}>{formatPercent(hitRate)}</td>
              <td className={cell}>
                {minutes.length > 0 ? (
                  <Sparkline minutes={minutes} />
                ) : (
                  <span className="text-soft">no data</span>
                )}
              </td>
              {[reads, hits.request, hits.process, hits.redis, misses].map((value, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: five cells in a fixed order
                <td key={i} className={cell}>
                  {formatNumber(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
