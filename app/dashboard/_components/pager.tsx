import Link from 'next/link'
import { button } from '@/components/button'

/** Links to the page before and the page after. */
export function Pager({ newer, older }: { newer: string | undefined; older: string | undefined }) {
  if (!newer && !older) return null
  return (
    <nav aria-label="Pages of the list" className="mt-4 flex justify-between gap-3">
      {newer ? (
        <Link href={newer} prefetch={false} className={button('outline')}>
          ← Newer
        </Link>
      ) : (
        <span />
      )}
      {older && (
        <Link href={older} prefetch={false} className={button('outline')}>
          Older →
        </Link>
      )}
    </nav>
  )
}
