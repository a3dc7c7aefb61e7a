import Link from 'next/link'
import { orOutage } from '@/components/or-outage'
import { currentUserIntegrations } from '@/lib/integrations/current-user-integrations.server'
import { ConnectionList } from '../account/connection-list'

/** The signed-in user's own connections, and what they can do about each. Nothing for visitors. */
export const OwnConnections = () =>
  orOutage(async () => {
    const integrations = await currentUserIntegrations()
    if (!integrations) return null
    const connected = integrations.filter(({ status }) => status !== 'not_connected')
    return (
      <section aria-labelledby="connections">
        <h2 id="connections" className="mb-4 font-semibold text-xl">
          Your connections
        </h2>
        {connected.length > 0 && <ConnectionList integrations={connected} back="/" />}
        <p className="mt-4">
          <Link href="/account" className="underline">
            {connected.length > 0 ? 'All providers' : 'No account is connected. Connect one'}
          </Link>
        </p>
      </section>
    )
  })
