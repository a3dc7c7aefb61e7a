import { type ReactNode, Suspense } from 'react'
import { AsOf } from './as-of'
import { Heading } from './heading'

type Props = {
  title: string
  /** What the page shows, in a sentence. */
  children?: ReactNode
  /** The panel whose time is the page's. */
  asOf?: Promise<{ at: number }>
  /** Whether the page is kept up to date. */
  live?: boolean
}

/** The heading of a page, and once for the whole page, as of when its figures are. */
export function PageHead({ title, children, asOf, live = false }: Props) {
  return (
    <header className="mb-6">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <Heading className="wrap-anywhere font-semibold text-2xl tracking-tight">{title}</Heading>
        {asOf && (
          <Suspense fallback={<span className="text-xs">&nbsp;</span>}>
            <When asOf={asOf} live={live} />
          </Suspense>
        )}
      </div>
      {children && <p className="mt-1 max-w-prose wrap-anywhere text-pretty text-soft text-sm">{children}</p>}
    </header>
  )
}

async function When({ asOf, live }: { asOf: Promise<{ at: number }>; live: boolean }) {
  // A panel that fails says so itself.
  const found = await asOf.catch(() => undefined)
  return found ? <AsOf at={found.at} live={live} /> : null
}
