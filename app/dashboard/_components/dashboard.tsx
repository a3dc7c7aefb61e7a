import { audit, cacheHealth, chosenUser, deliveries } from '@/lib/dashboard/panels.server'
import type { Chosen } from '../chosen'
import { AuditFilter } from './audit-filter'
import { AuditList } from './audit-list'
import { CacheHealthView } from './cache-health-view'
import { Frame } from './frame'
import { IntegrationsPanel } from './integrations-panel'
import { Live } from './live'
import { LiveAudit } from './live-audit'
import { LookupPanel } from './lookup-panel'
import { WebhooksView } from './webhooks-view'

const choose = async (asked: string | undefined): Promise<Chosen> => ({
  asked,
  user: asked ? await chosenUser(asked) : null,
})

/** The panels, each by itself: one that is late or fails touches no other. */
export function Dashboard({ asked, auditOf }: { asked: string | undefined; auditOf: string | undefined }) {
  const chosen = choose(asked)
  // Those who await it report its failure; before they do it is nobody's.
  chosen.catch(() => undefined)
  return (
    <Live>
      <div className="space-y-10">
        <Frame
          id="integrations"
          title="Integrations"
          height="h-44"
          render={() => IntegrationsPanel({ chosen })}
        />
        <Frame
          id="cache"
          title="Cache health"
          height="h-[34rem]"
          render={async () => <CacheHealthView initial={await cacheHealth()} />}
        />
        <Frame
          id="webhooks"
          title="Webhooks"
          height="h-64"
          render={async () => <WebhooksView initial={await deliveries()} />}
        />
        <Frame
          id="audit"
          title="Audit"
          height="h-96"
          render={async () => (
            <>
              <AuditFilter user={asked} of={auditOf} />
              {auditOf ? (
                <AuditList found={await audit(auditOf)} of={auditOf} />
              ) : (
                <LiveAudit initial={await audit()} />
              )}
            </>
          )}
        />
        <Frame id="lookup" title="Look up a user" height="h-56" render={() => LookupPanel({ chosen })} />
      </div>
    </Live>
  )
}
