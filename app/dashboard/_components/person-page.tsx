import Link from 'next/link'
import { Suspense } from 'react'
import { PanelNote } from '@/components/panel'
import {
  changedAtClerk,
  filteredAudit,
  peopleOf,
  type SelectedUser,
  selectedUser,
  sessionsOfUser,
} from '@/lib/dashboard/panels.server'
import { Arrived } from './arrived'
import { AuditList, AuditUnavailable } from './audit-list'
import { CacheEntries } from './cache-entries'
import { Expectations, Expecting } from './expecting'
import { Frame, orUnavailable } from './frame'
import { idsIn } from './ids-in'
import { PageHead } from './page-head'
import { ConnectionsToCome, EntriesToCome } from './page-to-come'
import { Profile } from './profile'
import { Sessions } from './sessions'
import { RowsToCome } from './to-come'
import { UserIntegrations } from './user-integrations'
import { WebhooksAbout } from './webhooks-about'

/** As high as a line. */
const NO_LINE = <>&nbsp;</>

/** Lines of a list. */
const LISTED = 10

/** Everything about one user. The cache is inspected before any panel reads the user. */
export const PersonPage = ({ id }: { id: string }) =>
  orUnavailable(
    async () => {
      const selected = await selectedUser(id)
      if (!selected)
        return (
          <>
            <PageHead title="User not found" />
            <PanelNote title={`No user has the ID ${id}`}>
              The user may have been deleted. Search by ID, name or email address above, or look through{' '}
              <Link href="/dashboard/users" prefetch={false} className="underline">
                all users
              </Link>
              .
            </PanelNote>
          </>
        )
      return <Panels {...selected} />
    },
    {
      what: 'This user',
      heading: <PageHead title="User">{id}</PageHead>,
      meanwhile: (
        <>
          Only users who are cached can be opened. What was recorded about this one is in{' '}
          <Link href={`/dashboard/audit?user=${id}`} prefetch={false} className="underline">
            the audit trail
          </Link>
          .
        </>
      ),
    },
  )

function Panels({ user, entries }: SelectedUser) {
  const { id } = user
  return (
    <Expectations>
      <Profile user={user} at={entries.at}>
        <Expecting doing="invalidate" then={NO_LINE}>
          <Suspense fallback={NO_LINE}>
            <Arrived {...{ entries }} changedAt={changedAtClerk(id)} />
          </Suspense>
        </Expecting>
      </Profile>
      <div className="space-y-10">
        <Frame
          id="integrations"
          title="Connections"
          fallback={<ConnectionsToCome />}
          render={() => UserIntegrations({ user })}
        />
        <Frame
          id="lookup"
          title="Cache"
          fallback={<EntriesToCome />}
          render={async () => <CacheEntries {...{ user, entries }} />}
        />
        <Frame
          id="sessions"
          title="Sessions"
          fallback={<RowsToCome label="Sessions" kind="members" rows={2} />}
          render={async () => <Sessions sessions={await sessionsOfUser(id)} at={Date.now()} />}
        />
        <WebhooksAbout id={id} what="user" />
        <Frame
          id="audit"
          title="Audit records"
          fallback={<RowsToCome label="Audit records" kind="records" rows={10} />}
          render={async () => {
            const found = await filteredAudit({ user: id }, { limit: LISTED })
            if ('unavailable' in found) return <AuditUnavailable {...found} />
            const { records, next } = found.data
            const people = await peopleOf(id, idsIn(undefined, { at: found.at, data: records }))
            return (
              <>
                <AuditList
                  {...{ records, people }}
                  renderedAt={found.at}
                  empty={`No ${next ? 'recent ' : ''}audit records for this user`}
                />
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
