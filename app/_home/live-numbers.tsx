import { connection } from 'next/server'
import { processSummary } from '@/lib/telemetry/stats'
import { latestComparison } from './compare'

const number = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** With fewer, a percentage says nothing. */
const ENOUGH = 20

/** What this process has counted since it started, as one bar. */
export async function LiveNumbers() {
  await connection()
  // Its reads are shown above, so they must be in the counts.
  await latestComparison()
  const { cached, missed, asked } = await processSummary()
  const reads = cached + missed
  return (
    <div className={NUMBERS}>
      {reads < ENOUGH ? (
        <p>{reads === 0 ? 'Nothing was read yet.' : `Fewer than ${ENOUGH} reads so far.`}</p>
      ) : (
        <Share cached={cached} missed={missed} />
      )}
      <dl className="mt-4 flex flex-wrap gap-x-8 gap-y-2 text-sm">
        <Figure color="bg-good" label="Reads served from the cache" value={cached} />
        <Figure color="bg-warn" label="Reads that were not" value={missed} />
        <Figure label="Requests sent to Clerk" value={asked} />
      </dl>
    </div>
  )
}

function Share({ cached, missed }: { cached: number; missed: number }) {
  return (
    <>
      <p>
        <span className="font-semibold text-3xl tabular-nums tracking-tight">
          {percent.format(cached / (cached + missed))}
        </span>{' '}
        <span className="text-soft">of reads served from the cache</span>
      </p>
      <div className="mt-4 flex h-3 gap-0.5 overflow-hidden rounded-full bg-line" aria-hidden>
        {cached > 0 && <div className="bg-good" style={{ flexGrow: cached }} />}
        {missed > 0 && <div className="bg-warn" style={{ flexGrow: missed }} />}
      </div>
    </>
  )
}

const NUMBERS =
  'flex flex-col justify-center min-h-[12.25rem] sm:min-h-[8.75rem] rounded-xl border border-line bg-surface p-5'

function Figure({ color, label, value }: { color?: string; label: string; value: number }) {
  return (
    <div className="flex items-center gap-2">
      <dt className="flex items-center gap-2 text-soft">
        {color && <span className={`size-2.5 rounded-sm ${color}`} aria-hidden />}
        {label}
      </dt>
      <dd className="font-medium tabular-nums">{number.format(value)}</dd>
    </div>
  )
}

export const NumbersSkeleton = () => (
  <div role="status" data-loading aria-label="Loading numbers" className={NUMBERS}>
    <div className="motion-safe:animate-pulse">
      <div className="h-8 w-2/3 max-w-80 rounded bg-line" />
      <div className="mt-5 h-3 rounded-full bg-line" />
      <div className="mt-5 h-4 w-1/2 max-w-96 rounded bg-line" />
    </div>
  </div>
)
