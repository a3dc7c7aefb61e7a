import Link from 'next/link'
import { connection } from 'next/server'
import { cache, type ReactNode } from 'react'
import { button } from '@/components/button'
import { OutageNotice } from '@/components/or-outage'
import { Mark } from '@/components/status'
import { problemToShow } from '@/lib/http/problem-to-show'
import { currentUserIntegrations } from '@/lib/integrations/current-user-integrations.server'
import type { Integration } from '@/lib/integrations/integrations.service'
import { currentOutage, withRedis } from '@/lib/process/current-outage'
import { ConnectionList, isUnchecked, type ListProps, needsUser } from '../account/connection-list'

const heading = (
  <h2 id="connections" className="mb-4 font-semibold text-xl">
    Your connections
  </h2>
)

/** Once for the page. */
const integrationsOfRender = cache(currentUserIntegrations)

const NEEDS: Partial<Record<Integration['status'], string>> = {
  scope_missing: 'needs a permission',
  reconnect_required: 'needs to be reconnected',
}

/**
 * What the signed-in user has to do, if anything. It is the first thing in the page, in the space above the title, so that
 * it covers nothing, moves nothing when it comes, and always takes one line.
 */
export async function NeedsUser() {
  await connection()
  // The connections themselves say what is not responding.
  const integrations = (await integrationsOfRender().catch(() => null)) ?? []
  const needing = integrations.filter(needsUser)
  const [one] = needing
  if (!one) return null
  const what =
    needing.length > 1
      ? `${needing.length} connections need your attention`
      : `${one.name} ${NEEDS[one.status] ?? 'needs your attention'}`
  return (
    <section
      aria-label="Needs your attention"
      className="@container -top-5 absolute inset-x-0 flex sm:-top-9"
    >
      <a
        href="#connections"
        className="flex h-8 min-w-0 items-center rounded-full border border-bad bg-surface px-3 text-sm hover:bg-page @max-[18rem]:text-xs"
      >
        <Mark tone="bad" />
        <span className="truncate font-medium">{what}.</span>
        <span className="ms-2 shrink-0 underline underline-offset-2 @max-[26rem]:sr-only">
          See what to do
        </span>
        <span aria-hidden className="ms-2">
          ↓
        </span>
      </a>
    </section>
  )
}

/** The signed-in user's own connections, and what they can do about each. Nothing for visitors. */
export async function OwnConnections() {
  await connection()
  const connections = await read()
  return (
    connections && (
      <section aria-labelledby="connections">
        {heading}
        {connections}
      </section>
    )
  )
}

async function read(): Promise<ReactNode> {
  try {
    const integrations = await integrationsOfRender()
    if (!integrations) return null
    const connected = integrations.filter(({ status }) => status !== 'not_connected')
    if (connected.length === 0) return <NoneConnected />
    const outage = connected.some(isUnchecked) ? await currentOutage() : null
    return <Connected integrations={connected} cause={outage?.title} />
  } catch (error) {
    return <OutageNotice problem={await withRedis(problemToShow(error))} what="Your connections" />
  }
}

const Connected = ({ integrations, cause }: Pick<ListProps, 'integrations' | 'cause'>) => (
  <>
    <ConnectionList integrations={integrations} back="/" cause={cause} />
    <p className="mt-4 text-sm">
      <Link href="/account" className="inline-block py-1 underline underline-offset-2">
        All providers
      </Link>
    </p>
  </>
)

const NoneConnected = () => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 rounded-xl border border-line bg-surface p-5">
    <p>No account is connected.</p>
    <Link href="/account" className={button('outline')}>
      Connect an account
    </Link>
  </div>
)
