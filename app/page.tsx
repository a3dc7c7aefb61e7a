import Link from 'next/link'
import { Suspense } from 'react'
import { button } from '@/components/button'
import { LiveNumbers } from './_home/live-numbers'
import { OwnConnections } from './_home/own-connections'

const promises = [
  [
    'Never stale',
    'After a webhook or a server action has invalidated a user, no later read returns the old value.',
  ],
  ['One round trip', 'A user or a token costs one Redis command instead of 70 to 350 ms at Clerk.'],
  [
    'Encrypted tokens',
    'OAuth tokens are encrypted in Redis, each bound to its key, and never appear in a log.',
  ],
  [
    'Works without Redis',
    'Every operation has a deadline. While Redis is down, reads are answered by Clerk.',
  ],
] as const

const places = [
  ['/experts', 'Experts', 'A list and profiles of users, from one batched lookup.'],
  ['/calendar', 'Calendar', 'Your next events, read with a cached Google token.'],
  ['/dashboard', 'Dashboard', 'For admins: integrations, Redis and Clerk, and hit rates.'],
] as const

export default function HomePage() {
  return (
    <div className="space-y-14">
      <section className="max-w-2xl space-y-5">
        <h1 className="text-balance font-semibold text-4xl tracking-tight sm:text-5xl">
          Clerk users and tokens, one Redis read away
        </h1>
        <p className="text-lg text-soft">
          A Next.js kit that caches Clerk users and OAuth tokens in Redis, and invalidates them when they
          change.
        </p>
        <Link href="/experts" className={button()}>
          See cached users
        </Link>
      </section>
      <Suspense>
        <OwnConnections />
      </Suspense>
      <section aria-labelledby="numbers">
        <h2 id="numbers" className="mb-4 font-semibold text-xl">
          This server, since it started
        </h2>
        <Suspense fallback={<p className="h-28 text-soft lg:h-12">Loading…</p>}>
          <LiveNumbers />
        </Suspense>
      </section>
      <section
        aria-label="Promises"
        className="grid gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-2"
      >
        {promises.map(([title, text]) => (
          <div key={title} className="bg-surface p-6">
            <h2 className="font-semibold">{title}</h2>
            <p className="mt-1 text-soft">{text}</p>
          </div>
        ))}
      </section>
      <section>
        <h2 className="mb-4 font-semibold text-xl">Explore</h2>
        <ul className="grid gap-4 sm:grid-cols-3">
          {places.map(([href, title, text]) => (
            <li key={href}>
              {/* Full page loads, as in the header: protected pages may redirect to another origin. */}
              <a
                href={href}
                className="block h-full rounded-xl border border-line bg-surface p-5 hover:border-accent"
              >
                <span className="font-medium">{title}</span>
                <span className="mt-1 block text-sm text-soft">{text}</span>
              </a>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
