import Link from 'next/link'
import { PanelNote } from '@/components/panel'

/** Shown instead of data that Redis does not return. `cause`: what is wrong with Redis, in words. */
export function Unavailable({ what, cause }: { what: string; cause: string }) {
  return (
    <PanelNote title={cause}>
      {what} This panel returns when Redis does. See{' '}
      <Link href="/dashboard/cache#cache" prefetch={false} className="underline">
        Cache
      </Link>{' '}
      for what to do.
    </PanelNote>
  )
}
