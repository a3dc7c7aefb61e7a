import { PanelNote } from '@/components/panel'
import { AsOf } from './as-of'

/** In place of what lies in Redis, while Redis does not answer. */
export function Unavailable({ what, reason, at }: { what: string; reason: string; at: number }) {
  return (
    <>
      <PanelNote title={`Redis does not answer (${reason.replaceAll('_', ' ')})`}>
        {what} Nothing to do here: it comes back with Redis. What helps is under{' '}
        <a href="#cache" className="underline">
          Cache health
        </a>
        .
      </PanelNote>
      <AsOf at={at} />
    </>
  )
}
