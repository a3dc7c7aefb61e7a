import Link from 'next/link'
import { audit, type cacheHealth, firstDeliveries, peopleOf, todo } from '@/lib/dashboard/panels.server'
import { Changes } from './changes'
import { Figures } from './figures'
import { Frame } from './frame'
import { idsIn } from './ids-in'
import { Verdict } from './verdict'

type Props = { health: ReturnType<typeof cacheHealth> }

/** The verdict, the few figures that matter, and what changed lately. */
export function Overview({ health }: Props) {
  return (
    // What is below a panel has no place until it is known how high the panel is.
    <div className="space-y-10 [&>section:has([data-loading])~*]:invisible">
      <Frame
        id="verdict"
        title="Verdict"
        hidden
        height="h-20"
        render={async () => <Verdict initial={await todo()} at={(await health).at} />}
      />
      <Frame
        id="figures"
        title="Last 60 minutes"
        height="h-80 sm:h-44"
        render={async () => <Figures initial={await health} />}
      />
      <Frame
        id="changes"
        title="What changed lately"
        height="h-96"
        render={async () => {
          const [webhooks, records] = await Promise.all([firstDeliveries(), audit()])
          const people = await peopleOf(idsIn(webhooks, records))
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
