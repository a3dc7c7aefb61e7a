import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { Avatar } from '@/components/avatar'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { getCachedUsersByIds, userIdsByRole } from '@/lib/cache/clerk-cache'
import { expertOf, isExpert } from './expert'

export const metadata: Metadata = { title: 'Experts' }

export default function ExpertsPage() {
  return (
    <>
      <PageTitle title="Experts">
        All users on this page come from one batched lookup: one Redis command when they are cached.
      </PageTitle>
      <Suspense fallback={<ExpertsSkeleton />}>
        <Experts />
      </Suspense>
    </>
  )
}

const grid = 'grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3'

const Experts = () =>
  orOutage(async () => {
    // The list of IDs can be older than a user: who is not an expert any more is left out.
    const users = (await getCachedUsersByIds((await userIdsByRole('expert')) ?? [])).filter(isExpert)
    if (users.length === 0)
      return (
        <Notice title="No experts yet">
          In the Clerk dashboard, set a user’s public metadata to <code>{'{ "role": "expert" }'}</code>.
        </Notice>
      )
    return (
      <ul className={grid}>
        {users.map(expertOf).map(({ id, name, imageUrl, headline, href }) => (
          <li key={id}>
            <Link
              href={href}
              className="flex h-full items-center gap-4 rounded-xl border border-line bg-surface p-4 hover:border-accent"
            >
              <Avatar src={imageUrl} size={48} />
              <span className="min-w-0">
                <span className="block truncate font-medium">{name}</span>
                <span className="block truncate text-sm text-soft">{headline}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    )
  })

function ExpertsSkeleton() {
  return (
    <div className={grid} role="status" aria-label="Loading experts">
      {Array.from({ length: 12 }, (_, i) => `card-${i}`).map((key) => (
        <div
          key={key}
          className="h-[82px] rounded-xl border border-line bg-surface motion-safe:animate-pulse"
        />
      ))}
    </div>
  )
}
