import Link from 'next/link'
import { PanelNote } from '@/components/panel'

/** Shown instead of data that Redis does not return. `cause`: what is wrong with Redis, in words. */
export function Unavailable({ what, cause }: { what: string; cause: string }) {
  return (
    <PanelNote title={cause}>
      {what} This panel returns when Redis does.{' '}
      <Link href="/dashboard/cache" prefetch={false} className="underline">
        Cache
      </Link>{' '}
      says what to do.
    </PanelNote>
  )
}
