'use client'

import Link from 'next/link'
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { button } from '@/components/button'
import { Status } from '@/components/status'
import { sentenceOf } from '@/lib/dashboard/sentence'
import type { People, Snapshot } from '@/lib/dashboard/snapshot-schema'
import { type Connection, subscribe } from '../subscribe'

type Updates = {
  latest: Snapshot | undefined
  /** Names and pictures of everybody in the snapshots so far. */
  people: People
  connection: Connection
  paused: boolean
  setPaused(paused: boolean): void
  /** From now on the snapshots have charts of this range, if there is one. */
  setRange(range: string | null): void
}

const Updates = createContext<Updates>({
  ...{ latest: undefined, people: {}, connection: 'connecting', paused: false },
  ...{ setPaused() {}, setRange() {} },
})

const warnings: Record<Connection, string> = {
  connecting: '',
  live: '',
  polling: 'No live updates. Polls every 5 seconds.',
  reconnecting: 'Reconnecting. Figures may be old.',
  refused: 'You are signed out or no longer an admin. Reload the page.',
  outdated: 'The app was updated. Reload the page.',
}

/** Keeps its panels up to date while the page is visible, until paused. */
export function Live({ children }: { children: ReactNode }) {
  const [latest, setLatest] = useState<Snapshot>()
  const [people, setPeople] = useState<People>({})
  const [connection, setConnection] = useState<Connection>('connecting')
  const [paused, setPaused] = useState(false)
  const [range, setRange] = useState<string | null>(null)
  useEffect(() => {
    if (paused) return
    const receive = (snapshot: Snapshot) => {
      setLatest(snapshot)
      setPeople((before) => ({ ...before, ...snapshot.people }))
    }
    return subscribe(range, receive, setConnection)
  }, [paused, range])
  const updates = useMemo(
    () => ({ latest, people, connection, paused, setPaused, setRange }),
    [latest, people, connection, paused],
  )
  return <Updates value={updates}>{children}</Updates>
}

/**
 * The button that pauses the updates, and what is wrong with them. Where there is little room that has a line of its own,
 * so that nothing moves when the words change.
 */
export function LiveControls() {
  const { latest, connection, paused, setPaused } = use(Updates)
  const warning = paused ? '' : warnings[connection]
  return (
    <div className="contents text-sm">
      <p
        role="status"
        className={`order-last min-h-5 w-full text-sm lg:order-none lg:w-auto lg:flex-1 lg:self-center lg:text-right ${warning ? 'font-medium text-warn' : 'text-soft'}`}
      >
        {warning ? `▲ ${warning}` : paused ? 'Paused.' : <Pulse latest={latest} />}
      </p>
      <button type="button" className={button('outline')} onClick={() => setPaused(!paused)}>
        {paused ? 'Resume' : 'Pause'}
        <span className="whitespace-pre max-sm:sr-only"> updates</span>
      </button>
    </div>
  )
}

/** That updates arrive, or what the newest has to say against Redis and Clerk, with a link to what to do. */
function Pulse({ latest }: { latest: Snapshot | undefined }) {
  if (!latest) return <Status tone="idle">Connecting</Status>
  const { redis, clerk } = latest.cache
  const problems = [
    { name: 'Redis', state: redis },
    { name: 'Clerk', state: clerk },
  ] as const
  const [problem, another] = problems.filter(({ state }) => state.tone !== 'good')
  if (!problem)
    return (
      <span title="Updates every 4 seconds">
        <Status tone="good">Live</Status>
      </span>
    )
  return (
    <Link href="/dashboard/cache" prefetch={false} className="underline underline-offset-2">
      <Status tone={another?.state.tone === 'bad' ? 'bad' : problem.state.tone}>
        {another ? 'Redis and Clerk have problems' : withoutPing(sentenceOf(problem.name, problem.state))}
      </Status>
      {clerk.tone === 'bad' && <span className="max-sm:hidden">. Some names are shown as IDs</span>}
    </Link>
  )
}

const withoutPing = (sentence: string) => sentence.replace(/, ping.*/, '')

export const useUpdates = () => use(Updates)
export const useLatest = () => use(Updates).latest

/** The newest state of a panel: the one that the page was rendered with, or a later snapshot's. */
export function useLive<K extends 'cache' | 'webhooks' | 'audit'>(
  panel: K,
  initial: Snapshot[K],
): Snapshot[K] {
  const latest = useLatest()?.[panel]
  return latest && latest.at > initial.at ? latest : initial
}
