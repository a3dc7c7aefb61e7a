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
import { latestComparison } from './compare'

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

const list = new Intl.ListFormat('en')

/**
 * What the signed-in user has to do, if anything. It is the first thing in the page, and seen at the lower edge of the
 * window until it reaches its place above the connections: at the upper edge it would move what is already painted.
 */
export async function NeedsUser() {
  await connection()
  // The connections themselves say what is not responding.
  const integrations = (await integrationsOfRender().catch(() => null)) ?? []
  const needing = integrations.filter(needsUser)
  const [one, another] = needing
  if (!one) return null
  const what = another ? 'need your attention' : (NEEDS[one.status] ?? 'needs your attention')
  return (
    <section
      aria-label="Needs your attention"
      className="sticky bottom-4 z-10 order-1 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-xl border border-bad bg-surface px-5 py-3 shadow-lg"
    >
      <p className="font-medium">
        <Mark tone="bad" />
        {list.format(needing.map(({ name }) => name))} {what}.
      </p>
      <a href="#connections" className="py-1 underline underline-offset-2">
        See what to do
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
      <section aria-labelledby="connections" className="order-2">
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
    const problem = await withRedis(problemToShow(error))
    const comparison = await latestComparison()
    // The page says once what is not responding.
    const isSaid = comparison && 'title' in comparison && comparison.title === problem.title
    return isSaid ? (
      <p className="text-soft">Your connections could not be loaded either.</p>
    ) : (
      <OutageNotice problem={problem} />
    )
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
