import { PanelNote } from '@/components/panel'
import { AsOf } from './as-of'

/** Shown instead of data from Redis while Redis does not answer. */
export function Unavailable({ what, reason, at }: { what: string; reason: string; at: number }) {
  return (
    <>
      <PanelNote title={`Redis does not answer (${reason.replaceAll('_', ' ')})`}>
        {what} This panel comes back with Redis. What to do:{' '}
        <a href="#cache" className="underline">
          Cache health
        </a>
        .
      </PanelNote>
      <AsOf at={at} />
    </>
  )
}
