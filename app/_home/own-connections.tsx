import Link from 'next/link'
import { button } from '@/components/button'
import { orOutage } from '@/components/or-outage'
import { currentUserIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { ConnectionList } from '../account/connection-list'

const heading = (
  <h2 id="connections" className="mb-4 font-semibold text-xl">
    Your connections
  </h2>
)

/** The signed-in user's own connections, and what they can do about each. Nothing for visitors. */
export async function OwnConnections() {
  const connections = await orOutage(async () => {
    const integrations = await currentUserIntegrations()
    if (!integrations) return null
    const connected = integrations.filter(({ status }) => status !== 'not_connected')
    return (
      <>
        {heading}
        {connected.length > 0 ? <Connected integrations={connected} /> : <NoneConnected />}
      </>
    )
  }, heading)
  return connections && <section aria-labelledby="connections">{connections}</section>
}

const Connected = ({ integrations }: Pick<Parameters<typeof ConnectionList>[0], 'integrations'>) => (
  <>
    <ConnectionList integrations={integrations} back="/" />
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
