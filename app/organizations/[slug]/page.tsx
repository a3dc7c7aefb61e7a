import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { cache, Suspense } from 'react'
import { Avatar } from '@/components/avatar'
import { orOutage } from '@/components/or-outage'
import { CardSkeleton } from '@/components/skeleton'
import { AuthError } from '@/lib/auth/auth-error'
import { orSignIn } from '@/lib/auth/page-access.server'
import { currentUserOrganization, PER_PAGE } from '@/lib/organizations/current-user-organizations.server'
import { decodeSegment } from '../../decode-segment'
import { Role } from '../role'

type Props = PageProps<'/organizations/[slug]'>

/** An organization that cannot be read has an outage on its page, and one of somebody else has no page. */
export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const found = await pageOf((await params).slug, pageIn((await searchParams).page)).catch(() => undefined)
  if (found === null) notFound()
  return { title: found?.organization.name || 'Organization' }
}

export default function OrganizationPage(props: Props) {
  return (
    <>
      <Link href="/organizations" className="mb-5 inline-block py-1 text-sm text-soft hover:text-ink">
        ← Your organizations
      </Link>
      <Suspense fallback={<CardSkeleton label="Loading members" />}>
        <Organization {...props} />
      </Suspense>
    </>
  )
}

/** The number of a page in the address, from 1. Anything else is the first page. */
const pageIn = (given: string | string[] | undefined): number =>
  typeof given === 'string' && /^[1-9]\d{0,5}$/.test(given) ? Number(given) : 1

/** An organization of somebody else looks as if it did not exist. */
const orNull = (error: unknown): null => {
  if (error instanceof AuthError && error.code === 'forbidden') return null
  throw error
}

/** Once for a page and its title. */
const pageOf = cache((segment: string, page: number) =>
  currentUserOrganization(decodeSegment(segment), page).catch(orNull),
)

/** Which of all members this page is about, such as `1–50 of 501`, or only how many there are. */
function countOf(page: number, total: number): string {
  const first = (page - 1) * PER_PAGE + 1
  if (first > total || total <= PER_PAGE) return `${total}`
  return `${first}–${Math.min(page * PER_PAGE, total)} of ${total}`
}

async function Organization({ params, searchParams }: Props) {
  const { slug } = await params
  const page = pageIn((await searchParams).page)
  return orOutage(
    'This organization',
    async () => {
      const found = await orSignIn(() => pageOf(slug, page))
      if (!found) notFound()
      const { organization, userId, members, total, hasMore, role } = found
      return (
        <section className="rounded-xl border border-line bg-surface p-6 sm:p-8">
          <h1 className="wrap-anywhere font-semibold text-2xl tracking-tight sm:text-3xl">
            <bdi>{organization.name || organization.id}</bdi>
          </h1>
          <p className="mt-2 text-soft">
            Your role: <Role role={role} />
          </p>
          {members === null ? (
            <p className="mt-6 text-soft">Your role does not show you who else is a member.</p>
          ) : (
            <>
              <h2 className="mt-8 mb-2 font-semibold">
                Members <span className="font-normal text-soft text-sm">{countOf(page, total)}</span>
              </h2>
              <ul aria-label="Members">
                {members.map((member) => (
                  <li
                    key={member.id}
                    className="flex items-start justify-between gap-4 border-line border-t py-3 *:last:mt-0.5 *:last:max-w-1/2 *:last:shrink-0 last:pb-0"
                  >
                    <span className="flex min-w-0 items-center gap-3">
                      <Avatar src={member.user.imageUrl} size={32} />
                      <span className="wrap-anywhere min-w-0">
                        <bdi>{member.user.fullName ?? member.user.username ?? 'Unnamed'}</bdi>
                        {member.userId === userId && <span className="text-soft"> (you)</span>}
                      </span>
                    </span>
                    <Role role={member.role} />
                  </li>
                ))}
              </ul>
              {members.length === 0 && <p className="text-soft">This page is past the last member.</p>}
              {(page > 1 || hasMore) && (
                <nav aria-label="Pages of members" className="mt-4 flex gap-6 text-sm *:py-1 *:underline">
                  {page > 1 &&
                    (members.length === 0 ? (
                      <Link href="?">← First page</Link>
                    ) : (
                      <Link href={`?page=${page - 1}`}>← Previous</Link>
                    ))}
                  {hasMore && <Link href={`?page=${page + 1}`}>Next →</Link>}
                </nav>
              )}
            </>
          )}
        </section>
      )
    },
    'Organization',
  )
}
