import { Status } from '@/components/status'
import type { EntryState } from '@/lib/dashboard/person'
import { formatDuration, formatNumber } from '../format'

/** An entry in a list: whether it is cached, its size and how long it is kept. */
export const EntryLine = ({ name, cached, bytes, hardSeconds }: EntryState) => (
  <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 py-2.5 sm:flex-nowrap">
    <span className={cached ? 'font-medium' : 'text-soft'}>{name}</span>
    <span className="flex shrink-0 flex-wrap gap-x-4 text-soft tabular-nums">
      {cached && hardSeconds !== null && <span>kept for {formatDuration(hardSeconds)}</span>}
      {cached && bytes !== null && <span>{formatNumber(bytes)} B</span>}
      <Status tone={cached ? 'good' : 'idle'}>{cached ? 'Cached' : 'Nothing cached'}</Status>
    </span>
  </li>
)
