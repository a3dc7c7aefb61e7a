import Link from 'next/link'
import { Suspense } from 'react'
import { button } from '@/components/button'
import { ComparisonSkeleton, LiveComparison } from './_home/comparison'
import { LiveNumbers, NumbersSkeleton } from './_home/live-numbers'
import { NeedsUser, OwnConnections } from './_home/own-connections'

const promises = [
  [
    'Never stale',
    'After a webhook or a server action has invalidated a user, no later read returns the old value.',
  ],
  ['One round trip', 'A user or a token costs one Redis command, and a page of users costs one too.'],
  [
    'Encrypted tokens',
    'OAuth tokens are encrypted in Redis, each bound to its key, and never appear in a log.',
  ],
  [
    'Works without Redis',
    'Every operation has a deadline. While Redis is down, users are read from Clerk and tokens are refused.',
  ],
] as const

const guides = [
  ['adopt', 'Add it to an existing app', 'Users, tokens and webhooks in ten minutes, step by step.'],
  ['users', 'Users', 'Reading, writing and checking users.'],
  ['tokens', 'Tokens', 'OAuth tokens, service tokens and encryption keys.'],
  ['webhooks', 'Webhooks', 'Events, answers and revocation.'],
  ['reliability', 'The reliability contract', 'What the cache promises, and every exception.'],
  ['operations', 'Operations', 'Commands, metrics, the audit trail and the log.'],
] as const

export default function HomePage() {
  return (
    <div className="relative flex flex-col gap-14 pt-6 sm:pt-4">
      <Suspense>
        <NeedsUser />
      </Suspense>
      <section className="grid items-center gap-x-12 gap-y-10 lg:grid-cols-2">
        <div className="space-y-5">
          <h1 className="text-balance font-semibold text-4xl tracking-tight sm:text-5xl lg:text-[2.625rem] lg:leading-[1.15]">
            Clerk users and tokens, one Redis read away
          </h1>
          <p className="text-pretty text-lg text-soft">
            A Next.js kit that caches Clerk users and OAuth tokens in Redis, and invalidates them when they
            change.
          </p>
          <div className="flex flex-wrap gap-3">
            <Link href="/experts" className={button()}>
              See cached users
            </Link>
            <Link href="/guides/adopt" className={button('outline')}>
              Add it to your app
            </Link>
          </div>
        </div>
        <div>
          <h2 className="sr-only">The same page without and with the cache</h2>
          <Suspense fallback={<ComparisonSkeleton />}>
            <LiveComparison />
          </Suspense>
        </div>
      </section>
      <section aria-labelledby="numbers">
        <h2 id="numbers" className="mb-4 font-semibold text-xl">
          This server, since it started
        </h2>
        <Suspense fallback={<NumbersSkeleton />}>
          <LiveNumbers />
        </Suspense>
      </section>
      <section
        aria-label="Promises"
        className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,22rem),1fr))] gap-px overflow-hidden rounded-xl border border-line bg-line"
      >
        {promises.map(([title, text]) => (
          <div key={title} className="bg-surface p-5">
            <h2 className="font-semibold">{title}</h2>
            <p className="mt-1 text-pretty text-soft">{text}</p>
          </div>
        ))}
      </section>
      <section aria-labelledby="guides">
        <h2 id="guides" className="mb-4 font-semibold text-xl">
          Guides
        </h2>
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4">
          {guides.map(([name, title, text]) => (
            <li key={name}>
              <Link
                href={`/guides/${name}`}
                className="block h-full rounded-xl border border-line bg-surface p-5 hover:border-brand"
              >
                <span className="font-medium">{title}</span>
                <span className="mt-1 block text-pretty text-sm text-soft">{text}</span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <Suspense>
        <OwnConnections />
      </Suspense>
    </div>
  )
}
