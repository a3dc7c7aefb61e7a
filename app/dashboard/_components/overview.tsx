import Link from 'next/link'
import { Suspense } from 'react'
import { PanelSkeleton } from '@/components/panel'
import { audit, type cacheHealth, firstDeliveries, peopleOf, todo } from '@/lib/dashboard/panels.server'
import { Changes } from './changes'
import { Figures } from './figures'
import { Frame } from './frame'
import { idsIn } from './ids-in'
import { TILES } from './tiles'
import { Verdict } from './verdict'

const FIGURES = 'Last 60 minutes'
const CHANGES = 'Recent changes'

type Props = { health: ReturnType<typeof cacheHealth> }

/**
 * The verdict, the few figures that matter, and what changed lately. They come at once: placeholders for all three can be
 * shown then, and none of them moves when it is known how high the verdict is.
 */
export const Overview = ({ health }: Props) => (
  <Suspense fallback={<Placeholders />}>
    <Panels health={health} />
  </Suspense>
)

const Placeholders = () => (
  <div className="space-y-10">
    <PanelSkeleton title="Verdict" height="h-28" />
    <section>
      <h2 className="mb-3 font-semibold text-lg">{FIGURES}</h2>
      <div role="status" aria-label={`Loading: ${FIGURES}`} data-loading className={TILES}>
        {['hits', 'avoided', 'redis', 'clerk', 'budget'].map((tile) => (
          <div key={tile} className="h-26 space-y-3 p-4">
            <div className="h-3 w-2/3 rounded bg-line" />
            <div className="h-6 w-1/2 rounded bg-line" />
          </div>
        ))}
      </div>
    </section>
    <section>
      <h2 className="mb-3 font-semibold text-lg">{CHANGES}</h2>
      <PanelSkeleton title={CHANGES} height="h-96" rows="lines" />
    </section>
  </div>
)

async function Panels({ health }: Props) {
  // Reads are shared: the panels get the same. One that failed says so in its panel.
  await Promise.allSettled([todo(), health, firstDeliveries(), audit()])
  return (
    // What is below a panel has no place until it is known how high the panel is.
    <div className="space-y-10 [&>section:has([data-loading])~*]:invisible">
      <Frame
        id="verdict"
        title="Verdict"
        what="What to do"
        hidden
        height="h-20"
        render={async () => <Verdict initial={await todo()} at={(await health).at} />}
      />
      <Frame
        id="figures"
        title="Figures"
        hidden
        height="h-80 sm:h-44"
        render={async () => <Figures initial={await health} />}
      />
      <Frame
        id="changes"
        title={CHANGES}
        height="h-96"
        render={async () => {
          const [webhooks, records] = await Promise.all([firstDeliveries(), audit()])
          const people = await peopleOf('overview', idsIn(webhooks, records))
          return <Changes {...{ webhooks, records, people }} />
        }}
      />
      <p className="text-soft text-sm">
        More in{' '}
        <Link href="/dashboard/webhooks" prefetch={false} className="underline">
          Webhooks
        </Link>{' '}
        and{' '}
        <Link href="/dashboard/audit" prefetch={false} className="underline">
          Audit
        </Link>
        .
      </p>
    </div>
  )
}
