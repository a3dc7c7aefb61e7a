import Link from 'next/link'
import { Suspense } from 'react'
import { audit, type cacheHealth, firstDeliveries, peopleOf, todo } from '@/lib/dashboard/panels.server'
import { Changes } from './changes'
import { Figures } from './figures'
import { Frame } from './frame'
import { idsIn } from './ids-in'
import { TILES } from './tiles'
import { Bar, CardsToCome, Loading, RowsToCome } from './to-come'
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
    <VerdictToCome />
    <section>
      <h2 className="mb-3 font-semibold text-lg">{FIGURES}</h2>
      <FiguresToCome />
    </section>
    <section>
      <h2 className="mb-3 font-semibold text-lg">{CHANGES}</h2>
      <ChangesToCome />
    </section>
  </div>
)

const VerdictToCome = () => <CardsToCome label="Verdict" heights={['h-50']} />
const ChangesToCome = () => <RowsToCome label={CHANGES} kind="changes" rows={10} />
const FiguresToCome = () => (
  <Loading label={FIGURES}>
    <div className={TILES}>
      {['hits', 'avoided', 'redis', 'clerk', 'budget'].map((tile) => (
        <div key={tile} className="h-25.5 space-y-3 p-4">
          <Bar size="w-2/3" />
          <Bar size="h-5 w-1/2" />
          <Bar size="h-3 w-1/3" />
        </div>
      ))}
    </div>
  </Loading>
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
        fallback={<VerdictToCome />}
        render={async () => <Verdict initial={await todo()} at={(await health).at} />}
      />
      <Frame
        id="figures"
        title="Figures"
        hidden
        fallback={<FiguresToCome />}
        render={async () => <Figures initial={await health} />}
      />
      <Frame
        id="changes"
        title={CHANGES}
        fallback={<ChangesToCome />}
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
