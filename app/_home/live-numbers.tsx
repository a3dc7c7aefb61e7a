import { connection } from 'next/server'
import { processSummary } from '@/lib/telemetry/stats'

const number = new Intl.NumberFormat('en')
/** Shown until something was counted. */
const NO_DATA = '–'
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** What this process has counted since it started. */
export async function LiveNumbers() {
  await connection()
  const { cached, asked } = await processSummary()
  const figures = [
    ['Reads answered by the cache', number.format(cached)],
    ['Requests to Clerk', number.format(asked)],
    ['Reads without Clerk', cached + asked === 0 ? NO_DATA : percent.format(cached / (cached + asked))],
  ] as const
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-3">
      {figures.map(([label, figure]) => (
        <div key={label} className="flex flex-col-reverse justify-end">
          <dt className="text-sm text-soft">{label}</dt>
          <dd className="font-semibold text-xl tabular-nums">{figure}</dd>
        </div>
      ))}
    </dl>
  )
}
