import { connection } from 'next/server'
import { processSummary } from '@/lib/telemetry/stats'

const number = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** What this process has counted since it started, as one bar. */
export async function LiveNumbers() {
  await connection()
  const { cached, asked } = await processSummary()
  const all = cached + asked
  const share = all === 0 ? null : cached / all
  return (
    <div className={NUMBERS}>
      <p>
        {share === null ? (
          'No reads yet.'
        ) : (
          <>
            <span className="font-semibold text-3xl tabular-nums tracking-tight">
              {percent.format(share)}
            </span>{' '}
            <span className="text-soft">of reads without Clerk</span>
          </>
        )}
      </p>
      <div className="my-4 flex h-3 gap-0.5 overflow-hidden rounded-full bg-line" aria-hidden>
        {cached > 0 && <div className="bg-good" style={{ flexGrow: cached }} />}
        {asked > 0 && <div className="bg-warn" style={{ flexGrow: asked }} />}
      </div>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 text-sm">
        <Figure color="bg-good" label="Reads answered by the cache" value={cached} />
        <Figure color="bg-warn" label="Requests to Clerk" value={asked} />
      </dl>
    </div>
  )
}

const NUMBERS = 'min-h-[9.5rem] sm:min-h-[8.5rem] rounded-xl border border-line bg-surface p-5'

function Figure({ color, label, value }: { color: string; label: string; value: number }) {
  return (
    <div className="flex items-center gap-2">
      <dt className="flex items-center gap-2 text-soft">
        <span className={`size-2.5 rounded-sm ${color}`} aria-hidden />
        {label}
      </dt>
      <dd className="font-medium tabular-nums">{number.format(value)}</dd>
    </div>
  )
}

export const NumbersSkeleton = () => (
  <p role="status" data-loading className={`${NUMBERS} text-soft`}>
    Loading…
  </p>
)
