import Link from 'next/link'
import { RANGES, type Range } from '@/lib/dashboard/snapshot-schema'

const names: Record<Range, string> = { '15m': '15 min', '1h': '1 h', '6h': '6 h', '24h': '24 h' }

/** Links to the same page with charts of another range. */
export const Ranges = ({
  current,
  path,
  keep,
}: {
  current: Range
  path: string
  keep: Record<string, string>
}) => (
  <nav
    aria-label="Period of the charts"
    className="mb-4 inline-flex rounded-lg border border-line bg-surface p-0.5 text-sm"
  >
    {RANGES.map((range) => (
      <Link
        key={range}
        href={`${path}?${new URLSearchParams({ ...keep, chart: range })}`}
        prefetch={false}
        scroll={false}
        replace
        aria-current={range === current ? 'true' : undefined}
        className="rounded-md px-3 py-1 text-soft hover:text-ink aria-[current=true]:bg-page aria-[current=true]:inset-ring aria-[current=true]:inset-ring-field aria-[current=true]:font-medium aria-[current=true]:text-ink"
      >
        {names[range]}
      </Link>
    ))}
  </nav>
)
