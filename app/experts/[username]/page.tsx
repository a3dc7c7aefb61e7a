import { auth } from '@clerk/nextjs/server'
import { LRUCache } from 'lru-cache'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { Avatar } from '@/components/avatar'
import { orOutage } from '@/components/or-outage'
import { type CachedUser, getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { withPriority } from '@/lib/lookup/priority'
import { expertOf, isExpert } from '../expert'

type Props = { params: Promise<{ username: string }> }

export default function ExpertPage({ params }: Props) {
  return (
    <>
      <Link href="/experts" className="mb-6 inline-block text-sm text-soft hover:text-ink">
        ← All experts
      </Link>
      <Suspense
        fallback={
          <div
            role="status"
            aria-label="Loading profile"
            className="h-72 rounded-xl border border-line bg-surface motion-safe:animate-pulse"
          />
        }
      >
        <Profile params={params} />
      </Suspense>
    </>
  )
}

/** Names that were asked for and not found in the last minute, by the signed-in user who asked this process. */
const unknown = new LRUCache<string, number>({ max: 5000, ttl: 60_000 })
const MOST_UNKNOWN = 20

/** The expert with this name. A user who asks for many names that nobody has gets no more of Clerk's limit than a visitor. */
async function expertNamed(username: string) {
  const { userId } = await auth()
  const read = () => getCachedUserByUsername(username)
  if (userId === null) return expertOnly(await read())
  // Counted before it is known, because many may be asked for at a time.
  const count = (unknown.get(userId) ?? 0) + 1
  unknown.set(userId, count, { noUpdateTTL: true })
  const expert = expertOnly(await (count > MOST_UNKNOWN ? withPriority('normal', read) : read()))
  if (expert) unknown.set(userId, (unknown.get(userId) ?? 1) - 1, { noUpdateTTL: true })
  return expert
}

const expertOnly = (user: CachedUser | null) => (user && isExpert(user) ? user : null)

async function Profile({ params }: Props) {
  const { username } = await params
  return orOutage(async () => {
    const user = await expertNamed(decode(username))
    // Who is not an expert has no public page, and it must not show that they exist.
    if (!user) notFound()
    const expert = expertOf(user)
    return (
      <article className="rounded-xl border border-line bg-surface p-6 sm:p-8">
        <title>{`${expert.name} · Clerk cache kit`}</title>
        <header className="flex items-center gap-5">
          <Avatar src={expert.imageUrl} size={80} />
          <div className="min-w-0">
            <h1 className="wrap-anywhere font-semibold text-2xl tracking-tight sm:text-3xl">{expert.name}</h1>
            <p className="wrap-anywhere text-soft">
              @{expert.username}
              {expert.memberSince !== null && ` · member since ${expert.memberSince}`}
            </p>
          </div>
        </header>
        {expert.headline && <p className="wrap-anywhere mt-6 text-lg">{expert.headline}</p>}
        {expert.bio && <p className="wrap-anywhere mt-3 max-w-prose text-soft">{expert.bio}</p>}
        {expert.specialties.length > 0 && (
          <ul aria-label="Specialties" className="mt-6 flex flex-wrap gap-2">
            {expert.specialties.map((name) => (
              <li key={name} className="wrap-anywhere rounded-full border border-line px-3 py-1 text-sm">
                {name}
              </li>
            ))}
          </ul>
        )}
        {expert.rate !== null && <p className="mt-6 font-medium">{expert.rate} an hour</p>}
      </article>
    )
  })
}

/** Decodes a path segment. A malformed one matches no user. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
