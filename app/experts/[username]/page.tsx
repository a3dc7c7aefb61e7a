import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { Avatar } from '@/components/avatar'
import { orOutage } from '@/components/or-outage'
import { CardSkeleton } from '@/components/skeleton'
import { expertOf } from '../expert'
import { expertNamed } from '../expert-named'

type Props = { params: Promise<{ username: string }> }

/** One that cannot be read has an outage on its page, and a name that is no expert's has no page. */
export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { username } = await params
  const user = await expertNamed(username).catch(() => undefined)
  if (user === null) notFound()
  return { title: user ? expertOf(user).name : 'Expert' }
}

export default function ExpertPage({ params }: Props) {
  return (
    <>
      <Link href="/experts" className="mb-5 inline-block py-1 text-sm text-soft hover:text-ink">
        ← All experts
      </Link>
      <Suspense fallback={<CardSkeleton label="Loading profile" picture />}>
        <Profile params={params} />
      </Suspense>
    </>
  )
}

async function Profile({ params }: Props) {
  const { username } = await params
  return orOutage(
    'This profile',
    async () => {
      const user = await expertNamed(username)
      // Who is not an expert has no public page, and it must not show that they exist.
      if (!user) notFound()
      const expert = expertOf(user)
      return (
        <article className="rounded-xl border border-line bg-surface p-6 sm:p-8">
          <header className="flex flex-col gap-5 sm:flex-row sm:items-center">
            <Avatar src={expert.imageUrl} size={80} />
            <div className="min-w-0">
              <h1
                dir="auto"
                className="wrap-anywhere text-balance text-left font-semibold text-2xl tracking-tight sm:text-3xl"
              >
                {expert.name}
              </h1>
              <p className="wrap-anywhere mt-1 text-soft">
                {[
                  expert.username !== expert.name && `@${expert.username}`,
                  expert.memberSince !== null && `Member since ${expert.memberSince}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
          </header>
          {expert.headline && (
            <p dir="auto" className="wrap-anywhere mt-6 w-fit max-w-prose text-pretty text-lg">
              {expert.headline}
            </p>
          )}
          {expert.bio && (
            <p dir="auto" className="wrap-anywhere mt-3 w-fit max-w-prose text-pretty text-soft">
              {expert.bio}
            </p>
          )}
          {expert.specialties.length > 0 && (
            <ul aria-label="Specialties" className="mt-6 flex flex-wrap gap-2">
              {expert.specialties.map((name) => (
                <li key={name} className="wrap-anywhere rounded-2xl border border-line px-3 py-1 text-sm">
                  <bdi>{name}</bdi>
                </li>
              ))}
            </ul>
          )}
          {expert.rate !== null && <p className="mt-6 font-medium">{expert.rate}/hour</p>}
        </article>
      )
    },
    'Expert',
  )
}
