'use client'

import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { button } from '@/components/button'
import { Status } from '@/components/status'
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
  polling: 'Live updates are not available. The page polls every 5 seconds.',
  reconnecting: 'Reconnecting. The figures may be out of date.',
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

/** The button that pauses the updates, and what is wrong with them. */
export function LiveControls() {
  const { latest, connection, paused, setPaused } = use(Updates)
  const warning = paused ? '' : warnings[connection]
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
      <p role="status" className={warning ? 'font-medium text-warn' : 'text-soft'}>
        {warning ? `▲ ${warning}` : paused ? 'Paused.' : <Pulse latest={latest} />}
      </p>
      <button type="button" className={button('outline')} onClick={() => setPaused(!paused)}>
        {paused ? 'Resume' : 'Pause'}
        <span className="whitespace-pre max-sm:sr-only"> updates</span>
      </button>
    </div>
  )
}

const words = { warn: 'has a problem', bad: 'is failing' } as const

/** That updates arrive. Green only while the newest has nothing to say against Redis and Clerk. */
function Pulse({ latest }: { latest: Snapshot | undefined }) {
  // In the width that it will have: nothing beside it may move.
  if (!latest) return <Status tone="idle">Live</Status>
  const { redis, clerk } = latest.cache
  const problems = [
    { name: 'Redis', tone: redis.tone },
    { name: 'Clerk', tone: clerk.tone },
  ].flatMap(({ name, tone }) => (tone === 'good' ? [] : [{ tone, text: `${name} ${words[tone]}` }]))
  const tone = problems.some((one) => one.tone === 'bad') ? 'bad' : problems[0] ? 'warn' : 'good'
  return (
    <span title="Updates every 4 seconds">
      <Status tone={tone}>{['Live', ...problems.map(({ text }) => text)].join('. ')}</Status>
    </span>
  )
}

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
