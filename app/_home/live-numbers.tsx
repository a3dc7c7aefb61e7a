import { connection } from 'next/server'
import { atAGlance } from '@/lib/telemetry/process-summary'

const number = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** What this very server has answered since it started. */
export async function LiveNumbers() {
  await connection()
  const { cached, asked, redisMs } = await atAGlance()
  const figures = [
    [number.format(cached), 'lookups answered by the cache'],
    [number.format(asked), 'requests to Clerk'],
    [
      cached + asked === 0 ? 'no traffic yet' : percent.format(cached / (cached + asked)),
      'of reads spared Clerk',
    ],
    [redisMs === null ? 'no traffic yet' : `≤ ${redisMs} ms`, 'for half of all Redis requests'],
  ] as const
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-4">
      {figures.map(([figure, meaning]) => (
        <div key={meaning} className="flex flex-col-reverse justify-end">
          <dt className="text-sm text-soft">{meaning}</dt>
          <dd className="font-semibold text-xl tabular-nums">{figure}</dd>
        </div>
      ))}
    </dl>
  )
}
