import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { Avatar } from '@/components/avatar'
import { Notice } from '@/components/notice'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { FieldSkeleton } from '@/components/skeleton'
import { getCachedUsersByIds, userIdsByRole } from '@/lib/cache/clerk-cache'
import { type Expert, expertOf, isExpert } from './expert'
import { filterOf, matches, optionsOf } from './filter'
import { FilterForm } from './filter-form'

export const metadata: Metadata = { title: 'Experts' }

type Props = PageProps<'/experts'>

export default function ExpertsPage({ searchParams }: Props) {
  return (
    <>
      <PageTitle title="Experts">
        One batched lookup reads all of them: one Redis command when they are cached.
      </PageTitle>
      <Suspense fallback={<ExpertsSkeleton />}>
        <Experts searchParams={searchParams} />
      </Suspense>
    </>
  )
}

const grid = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4'

/** A card is as high with a short headline as with a long one, and as its placeholder. */
const card = 'h-36 rounded-xl border border-line bg-surface p-4'

async function Experts({ searchParams }: Pick<Props, 'searchParams'>) {
  const filter = filterOf(await searchParams)
  return orOutage('The experts', async () => {
    // The list of IDs can be older than a user: who is not an expert any more is left out.
    const users = (await getCachedUsersByIds((await userIdsByRole('expert')) ?? [])).filter(isExpert)
    if (users.length === 0)
      return (
        <Notice title="No experts yet">
          In the Clerk dashboard, set a user’s public metadata to{' '}
          <code className="whitespace-nowrap">{'{ "role": "expert" }'}</code>. See{' '}
          <Link href="/guides/users" className="underline">
            the guide to users
          </Link>
          .
        </Notice>
      )
    const experts = users.map(expertOf)
    const found = experts.filter((expert) => matches(expert, filter))
    return (
      <>
        <FilterForm filter={filter} options={optionsOf(experts, filter)} count={found.length} />
        {found.length === 0 ? (
          <Notice title="No experts match">
            <Link href="/experts" className="underline">
              Clear filters
            </Link>
          </Notice>
        ) : (
          <ul className={grid}>
            {found.map((expert) => (
              <li key={expert.id}>
                <Card {...expert} first={filter.specialty} />
              </li>
            ))}
          </ul>
        )}
      </>
    )
  })
}

/** `first`: the specialty that it was found by, which must not be cut off. */
function Card({ name, imageUrl, headline, specialties, rate, href, first }: Expert & { first: string }) {
  const others = specialties.filter((one) => one !== first)
  const listed = others.length < specialties.length ? [first, ...others] : specialties
  return (
    <Link href={href} className={`${card} flex flex-col justify-between hover:border-brand`}>
      <span className="flex gap-4">
        <Avatar src={imageUrl} size={48} />
        <span className="min-w-0">
          <span dir="auto" className="block truncate text-left font-medium">
            {name}
          </span>
          <span dir="auto" className="wrap-anywhere line-clamp-2 text-pretty text-left text-sm text-soft">
            {headline}
          </span>
        </span>
      </span>
      <span className="flex items-end justify-between gap-3 text-sm">
        <span dir="auto" className="wrap-anywhere line-clamp-2 text-left text-soft">
          {listed.join(', ')}
        </span>
        {rate && <span className="shrink-0 tabular-nums">{rate}/hour</span>}
      </span>
    </Link>
  )
}

function ExpertsSkeleton() {
  return (
    <div role="status" data-loading aria-label="Loading experts" className="motion-safe:animate-pulse">
      {/* As the filter: two labels with selects, and the count. */}
      <div className="mb-6 flex flex-wrap items-end gap-x-4 gap-y-3">
        {['Specialty', 'Hourly rate'].map((label) => (
          <FieldSkeleton key={label} label={label} className="grow basis-40 text-soft sm:max-w-56" />
        ))}
        <div className="h-5 basis-full sm:hidden" />
      </div>
      <div className={grid}>
        {Array.from({ length: 13 }, (_, i) => `card-${i}`).map((key) => (
          <div key={key} className={`${card} flex gap-4`}>
            <div className="size-12 shrink-0 rounded-full bg-line" />
            <div className="flex-1 space-y-2 pt-1">
              <div className="h-4 w-1/2 rounded bg-line" />
              <div className="h-3 rounded bg-line" />
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}
