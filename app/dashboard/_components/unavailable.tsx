import Link from 'next/link'
import { PanelNote } from '@/components/panel'

/** What Redis did, in words that need no knowledge of the client. */
const REASONS: Record<string, string> = {
  breaker_open: 'it failed repeatedly',
  quota: 'the plan’s limit is used up',
  timeout: 'too slow',
}

/** Shown instead of data from Redis while Redis does not answer. */
export function Unavailable({ what, reason }: { what: string; reason: string }) {
  return (
    <PanelNote title={`Redis does not answer (${REASONS[reason] ?? reason.replaceAll('_', ' ')})`}>
      {what} This panel comes back with Redis. What to do:{' '}
      <Link href="/dashboard/cache" prefetch={false} className="underline">
        Cache
      </Link>
      .
    </PanelNote>
  )
}
