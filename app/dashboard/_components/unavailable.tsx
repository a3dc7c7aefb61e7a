import Link from 'next/link'
import { PanelNote } from '@/components/panel'

/** What is wrong with Redis, and what ends it. */
export interface Cause {
  unavailable: string
  fix: string
}

/** Shown instead of data that Redis does not return. `what`: which data, and what works without. */
export const Unavailable = ({ what, unavailable, fix }: Cause & { what: string }) => (
  <PanelNote title={unavailable}>
    {what} {fix} The state of Redis is on the page{' '}
    <Link href="/dashboard/cache#cache" prefetch={false} className="underline">
      Cache
    </Link>
    .
  </PanelNote>
)
