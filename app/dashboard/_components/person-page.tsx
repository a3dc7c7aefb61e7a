import Link from 'next/link'
import { orOutage } from '@/components/or-outage'
import { PanelNote } from '@/components/panel'
import {
  changedAtClerk,
  filteredAudit,
  peopleOf,
  type SelectedUser,
  selectedUser,
  sessionsOfUser,
} from '@/lib/dashboard/panels.server'
import { AuditList, AuditUnavailable } from './audit-list'
import { CacheEntries } from './cache-entries'
import { Expectations } from './expecting'
import { Frame } from './frame'
import { idsIn } from './ids-in'
import { PageHead } from './page-head'
import { Profile } from './profile'
import { Sessions } from './sessions'
import { UserIntegrations } from './user-integrations'
import { WebhooksAbout } from './webhooks-about'

/** Lines of a list. */
const LISTED = 10

/** Everything about one user. The cache is inspected before any panel reads the user. */
export const PersonPage = ({ id }: { id: string }) =>
  orOutage(async () => {
    const selected = await selectedUser(id)
    if (!selected)
      return (
        <>
          <PageHead title="User not found" />
          <PanelNote title="No user has the ID in this page’s address">
            Search by ID, name or email address above.
          </PanelNote>
        </>
      )
    return <Panels {...selected} />
  }, 'User')

function Panels({ user, entries }: SelectedUser) {
  const { id } = user
  return (
    <Expectations>
      <Profile user={user} at={entries.at} />
      <div className="space-y-10">
        <Frame
          id="integrations"
          title="Connections"
          height="h-72"
          rows
          render={() => UserIntegrations({ user })}
        />
        <Frame
          id="lookup"
          title="Cache"
          height="h-72"
          render={async () => CacheEntries({ user, entries, changedAt: await changedAtClerk(id) })}
        />
        <Frame
          id="sessions"
          title="Sessions"
          height="h-40"
          rows
          render={async () => <Sessions sessions={await sessionsOfUser(id)} at={Date.now()} />}
        />
        <WebhooksAbout id={id} what="user" />
        <Frame
          id="audit"
          title="Audit records"
          height="h-96"
          rows
          render={async () => {
            const found = await filteredAudit({ user: id }, { limit: LISTED })
            if ('unavailable' in found) return <AuditUnavailable reason={found.unavailable} />
            const { records, next } = found.data
            const people = await peopleOf(idsIn(undefined, { at: found.at, data: records }))
            return (
              <>
                <AuditList {...{ records, people }} renderedAt={found.at} empty="No records of this user" />
                {next && (
                  <Link
                    href={`/dashboard/audit?user=${id}`}
                    prefetch={false}
                    className="mt-3 inline-block text-sm underline"
                  >
                    All records of this user
                  </Link>
                )}
              </>
            )
          }}
        />
      </div>
    </Expectations>
  )
}
