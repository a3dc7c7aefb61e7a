import { audit, auditOfUser, cacheHealth, deliveries, selectedUser } from '@/lib/dashboard/panels.server'
import { AuditFilter } from './audit-filter'
import { AuditList } from './audit-list'
import { CacheHealthView } from './cache-health-view'
import { Frame } from './frame'
import { IntegrationsPanel } from './integrations-panel'
import { Live } from './live'
import { LiveAudit } from './live-audit'
import { LookupPanel } from './lookup-panel'
import { WebhooksView } from './webhooks-view'

type Props = {
  /** The ID of the user in the page's address, or `''` if what is there is not an ID. */
  user: string | undefined
  /** The ID of the user whose audit records are shown. */
  auditOf: string | undefined
}

/** The panels. Each loads and fails by itself. */
export function Dashboard({ user, auditOf }: Props) {
  const selection = user === undefined ? Promise.resolve(undefined) : selectedUser(user)
  // The panels that await it show the failure. Until they do, it must not count as unhandled.
  selection.catch(() => undefined)
  return (
    <Live>
      <div className="space-y-10">
        <Frame
          id="integrations"
          title="Integrations"
          height={user ? 'h-[40rem] sm:h-[28rem]' : 'h-64 sm:h-44'}
          render={() => IntegrationsPanel({ selection })}
        />
        <Frame
          id="cache"
          title="Cache health"
          height="h-[56rem] sm:h-[34rem]"
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
              <AuditFilter user={user} of={auditOf} />
              {auditOf ? (
                <AuditList found={await auditOfUser(auditOf)} of={auditOf} />
              ) : (
                <LiveAudit initial={await audit()} />
              )}
            </>
          )}
        />
        <Frame id="lookup" title="Look up a user" height="h-56" render={() => LookupPanel({ selection })} />
      </div>
    </Live>
  )
}
