import type { Charts } from '@/lib/dashboard/snapshot-schema'
import type { ChartKind } from './chart-kinds'
import { TimeOfDay } from './time'

const cell = 'whitespace-nowrap px-3 py-1.5 text-right first:text-left'

/** The figures of a chart, the newest first. */
export function ChartTable({ kind, charts }: { kind: ChartKind; charts: Charts }) {
  const { title, note, series, format, id } = kind
  const { points, step } = charts
  return (
    <details className="mt-2 text-sm">
      <summary className="cursor-pointer text-soft text-xs">{title} as a table</summary>
      {/* Focusable, so that it can be scrolled with the keyboard. */}
      <section className="mt-2 max-h-72 overflow-auto" aria-label={`${title} as a table`} tabIndex={0}>
        <table className="w-full tabular-nums">
          <caption className="px-3 py-1.5 text-left text-soft">{note}</caption>
          <thead className="text-soft">
            <tr>
              <th scope="col" className={`${cell} font-medium`}>
                {step === 1 ? 'Minute' : `From, ${step} min`}
              </th>
              {series.map(({ label }) => (
                <th key={label} scope="col" className={`${cell} font-medium`}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={`${id}-${point.at}`}>
                <th scope="row" className={`${cell} font-normal`}>
                  <TimeOfDay at={point.at} />
                </th>
                {series.map(({ label, of }) => {
                  const value = of(point)
                  return (
                    <td key={label} className={cell}>
                      {value === null ? 'no traffic' : format(value)}
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
