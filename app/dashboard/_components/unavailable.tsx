import Link from 'next/link'
import { PanelNote } from '@/components/panel'

/** Shown instead of data from Redis while Redis does not answer. */
export function Unavailable({ what, reason }: { what: string; reason: string }) {
  return (
    <PanelNote title={`Redis does not answer (${reason.replaceAll('_', ' ')})`}>
      {what} This panel comes back with Redis. What to do:{' '}
      <Link href="/dashboard/cache" prefetch={false} className="underline">
        Cache
      </Link>
      .
    </PanelNote>
  )
}
