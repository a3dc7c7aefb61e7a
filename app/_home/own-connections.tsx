import Link from 'next/link'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { button } from '@/components/button'
import { OutageNotice } from '@/components/or-outage'
import { problemToShow } from '@/lib/http/problem-to-show'
import { currentUserIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { currentOutage, withRedis } from '@/lib/process/current-outage'
import { ConnectionList, isUnchecked, type ListProps } from '../account/connection-list'
import { latestComparison } from './compare'

const heading = (
  <h2 id="connections" className="mb-4 font-semibold text-xl">
    Your connections
  </h2>
)

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
    const integrations = await currentUserIntegrations()
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
