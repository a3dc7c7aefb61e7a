import { TimeOfDay } from './time'

const cell = 'whitespace-nowrap px-3 py-1.5 text-right first:text-left'

type Props = {
  title: string
  /** What the figures are. */
  note?: string
  /** Minutes that a row counts. */
  step: number
  columns: readonly string[]
  /** The newest first; `running`: its time is not over. A row has one cell for each column; null: there was no traffic. */
  rows: readonly { at: number; cells: readonly (string | null)[]; running?: boolean }[]
}

/** Figures by time, in the reader's time zone, which open below what shows them as lines. */
export const TimeTable = ({ title, note, step, columns, rows }: Props) => (
  <details className="mt-2 text-sm">
    <summary className="cursor-pointer py-1 text-soft text-xs">{title} as a table</summary>
    {/* Not a caption, which is as wide as the table and scrolls with it. */}
    {note && <p className="mt-1 text-pretty text-soft text-xs">{note}</p>}
    {/* Focusable, so that it can be scrolled with the keyboard. */}
    <section
      className="scrolls mt-1 max-h-72 rounded-lg border border-line"
      aria-label={`${title} as a table`}
      tabIndex={0}
    >
      <table className="w-full tabular-nums">
        <thead className="sticky top-0 bg-surface text-soft">
          <tr>
            <th scope="col" className={`${cell} font-medium`}>
              {step === 1 ? 'Minute' : `${step} min from`}
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" className={`${cell} font-medium`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, cells, running }) => (
            <tr key={at}>
              <th scope="row" className={`${cell} font-normal`}>
                <TimeOfDay at={at} />
                {running && <span className="text-soft"> so far</span>}
              </th>
              {columns.map((name, i) => {
                const text = cells[i] ?? null
                return (
                  <td key={name} className={`${cell} ${text === null ? 'text-soft' : ''}`}>
                    {text ?? 'no traffic'}
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
