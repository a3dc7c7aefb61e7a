import type { ReactNode } from 'react'

/** Says what is loading to people who cannot see it. Inside is the shape of what comes. */
export const Loading = ({ label, children }: { label: string; children: ReactNode }) => (
  <div role="status" data-loading aria-label={`Loading: ${label}`} className="motion-safe:animate-pulse">
    {children}
  </div>
)

export const Bar = ({ size = '' }: { size?: string }) => <div className={`h-3.5 rounded bg-line ${size}`} />

const card = 'overflow-hidden rounded-xl border border-line bg-surface'
const LINES = Array.from({ length: 4 }, () => ['w-2/3', 'w-1/2', 'w-3/5']).flat()

/** A card with a title and lines, which fade towards the end. `height`: of the card, as a class. */
const CardToCome = ({ height }: { height: string }) => (
  <div className={`${card} ${height} p-5`}>
    <div className="mask-b-from-40% h-full space-y-4 overflow-hidden">
      <div className="flex justify-between gap-4">
        <Bar size="w-1/3" />
        <Bar size="w-20" />
      </div>
      {LINES.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines in a fixed order
        <Bar key={i} size={width} />
      ))}
    </div>
  </div>
)

/** The rows of each kind of list: their height, their columns and their cells. On a phone a row has several lines. */
const KINDS = {
  records: {
    head: true,
    row: 'h-23.25 grid-cols-[minmax(0,1fr)_4rem] md:h-11.25 md:grid-cols-[9rem_10.5rem_minmax(0,1fr)_5rem] lg:grid-cols-[13rem_14.5rem_minmax(0,1fr)_5rem]',
    cells: [
      'w-4/5 md:order-2',
      'md:order-4',
      'col-span-2 w-20 md:order-1 md:col-span-1',
      'col-span-2 w-36 md:order-3 md:col-span-1',
    ],
    picture: false,
  },
  people: {
    head: true,
    row: 'h-20.25 grid-cols-[minmax(0,1fr)_5rem] md:h-14.25 md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.2fr)_6rem_7rem]',
    cells: ['w-36', 'ml-auto w-12 md:order-1 md:ml-0', 'w-2/3', 'md:order-2'],
    picture: true,
  },
  organizations: {
    head: true,
    row: 'h-16.25 grid-cols-[minmax(0,1fr)_5rem] md:h-10.25 md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.2fr)_6rem_7rem]',
    cells: ['w-36', 'md:order-1', 'w-2/3', 'md:order-2'],
    picture: false,
  },
  changes: {
    head: true,
    row: 'h-15.25 grid-cols-[minmax(0,1fr)_4rem] md:h-9.25 md:grid-cols-[21rem_minmax(0,1fr)_4rem]',
    cells: ['w-36', 'md:order-last', 'w-28'],
    picture: false,
  },
  members: {
    head: false,
    row: 'h-10.25 grid-cols-[minmax(0,1fr)_5rem]',
    cells: ['w-36', ''],
    picture: false,
  },
} as const

type Props = { label: string; kind: keyof typeof KINDS; rows: number }

/** A list, in the size of its rows. */
export function RowsToCome({ label, kind, rows }: Props) {
  const { head, row, cells, picture } = KINDS[kind]
  return (
    <Loading label={label}>
      <div className={`${card} divide-y divide-line`}>
        {head && <div className="h-10 max-md:hidden" />}
        {Array.from({ length: rows }, (_, i) => `row-${i}`).map((key) => (
          <div key={key} className={`grid content-center items-center gap-x-4 gap-y-2.5 px-4 ${row}`}>
            {cells.map((size, i) =>
              picture && i === 0 ? (
                <div key={size} className="flex items-center gap-3">
                  <div className="size-8 shrink-0 rounded-full bg-line" />
                  <Bar size={size} />
                </div>
              ) : (
                <Bar key={size} size={size} />
              ),
            )}
          </div>
        ))}
      </div>
    </Loading>
  )
}

/** Cards below each other, or side by side. `heights`: of each, as classes. */
export const CardsToCome = ({
  label,
  heights,
  side = '',
}: {
  label: string
  heights: readonly string[]
  side?: string
}) => (
  <Loading label={label}>
    <div className={`grid gap-4 ${side}`}>
      {heights.map((height, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed order
        <CardToCome key={i} height={height} />
      ))}
    </div>
  </Loading>
)
