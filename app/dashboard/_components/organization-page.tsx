import Link from 'next/link'
import { orOutage } from '@/components/or-outage'
import { PanelNote } from '@/components/panel'
import { membersOf, type SelectedOrganization, selectedOrganization } from '@/lib/dashboard/panels.server'
import { invalidateOrganization } from '../actions'
import { countOf } from '../format'
import { ActionButton } from './action-button'
import { AsOf } from './as-of'
import { CopyId } from './copy-id'
import { EntryLine } from './entry-line'
import { Expectations } from './expecting'
import { Frame } from './frame'
import { Heading } from './heading'
import { PageHead } from './page-head'
import { Person } from './person'
import { Terms } from './terms'
import { Ago } from './time'
import { Unavailable } from './unavailable'
import { WebhooksAbout } from './webhooks-about'

/** Everything about one organization. The cache is inspected before any panel reads the organization. */
export const OrganizationPage = ({ id }: { id: string }) =>
  orOutage(
    'This organization',
    async () => {
      const selected = await selectedOrganization(id)
      if (selected) return <Panels {...selected} />
      return (
        <>
          <PageHead title="Organization not found" />
          <PanelNote title="No organization has the ID in this page’s address">
            Search by ID or slug above, or look through{' '}
            <Link href="/dashboard/organizations" prefetch={false} className="underline">
              all organizations
            </Link>
            .
          </PanelNote>
        </>
      )
    },
    <PageHead title="Organization" />,
  )

function Panels({ organization, entries }: SelectedOrganization) {
  const { id, name, slug, createdAt, updatedAt, maxAllowedMemberships } = organization
  const when = (time: number) => (time > 0 ? <Ago at={time} renderedAt={entries.at} /> : 'unknown')
  return (
    <Expectations>
      <header className="mb-8">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <Heading
            dir="auto"
            className="text-left wrap-anywhere font-semibold text-xl tracking-tight sm:text-2xl"
          >
            {name || id}
          </Heading>
          <AsOf at={entries.at} live={false} />
        </div>
        <p className="flex items-center gap-1 text-soft text-sm">
          <code className="break-all text-xs">{id}</code>
          <CopyId id={id} of={name || id} />
        </p>
        <Terms
          wide
          lines={[
            ['Slug', slug ?? 'none'],
            ['Member limit', maxAllowedMemberships > 0 ? String(maxAllowedMemberships) : 'none'],
            ['Created', when(createdAt)],
            ['Changed in Clerk', when(updatedAt)],
          ]}
        />
      </header>
      <div className="space-y-10">
        <Frame id="lookup" title="Cache" height="h-48" render={async () => <Cache {...{ id, entries }} />} />
        <Frame id="members" title="Members" height="h-96" rows render={() => Members({ id })} />
        <WebhooksAbout id={id} what="organization" />
      </div>
    </Expectations>
  )
}

/** What was cached before the page read anything. */
function Cache({ id, entries }: { id: string; entries: SelectedOrganization['entries'] }) {
  if ('unavailable' in entries)
    return <Unavailable what="Organizations come from Clerk until Redis is back." {...entries} />
  return (
    <div className="rounded-xl border border-line bg-surface">
      <ul aria-label="Entries about this organization" className="divide-y divide-line text-sm">
        {entries.data.map((one) => (
          <EntryLine key={one.name} {...one} />
        ))}
      </ul>
      <div className="border-line border-t p-5">
        <ActionButton
          action={invalidateOrganization}
          fields={{ organizationId: id }}
          doing="invalidate"
          label="Invalidate"
          busy="Invalidating…"
          style="solid"
        />
        <p className="mt-2 max-w-prose text-soft text-xs">
          After Invalidate, the next reads load the organization and its memberships from Clerk.
        </p>
      </div>
    </div>
  )
}

async function Members({ id }: { id: string }) {
  const { shown, total } = await membersOf(id)
  if (shown.length === 0) return <PanelNote title="No members" />
  return (
    <>
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
        {shown.map(({ id, user, role }) => (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2.5">
            <Person id={user.id} people={{ [user.id]: { name: user.name, imageUrl: user.imageUrl } }} />
            <code className="text-soft text-xs">{role}</code>
          </li>
        ))}
      </ul>
      {total > shown.length && (
        <p className="mt-3 text-soft text-sm">
          The first {shown.length} of {countOf(total, 'member')}.{' '}
          <Link href="https://dashboard.clerk.com" className="underline">
            Clerk’s dashboard
          </Link>{' '}
          lists all of them.
        </p>
      )}
    </>
  )
}
