'use client'

import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { button } from '@/components/button'
import type { Snapshot } from '@/lib/dashboard/snapshot'
import { type Connection, follow } from '../subscribe'

const Latest = createContext<Snapshot | undefined>(undefined)

const words: Record<Connection, string> = {
  live: '',
  polling: 'Asking every few seconds: the live connection does not hold.',
  reconnecting: 'Reconnecting. What you see may be old.',
  refused: 'You are signed out, or no admin any more. Load the page again.',
}

/** Brings the panels in it up to date while the page is seen, until paused. */
export function Live({ children }: { children: ReactNode }) {
  const [latest, setLatest] = useState<Snapshot>()
  const [connection, setConnection] = useState<Connection>('live')
  const [paused, setPaused] = useState(false)
  useEffect(() => (paused ? undefined : follow(setLatest, setConnection)), [paused])
  const warning = paused ? '' : words[connection]
  return (
    <Latest value={latest}>
      <div className="-mt-4 mb-8 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <button type="button" className={button('outline')} onClick={() => setPaused(!paused)}>
          {paused ? 'Resume updates' : 'Pause updates'}
        </button>
        <p role="status" className={warning ? 'font-medium text-warn' : 'text-soft'}>
          {warning ? `▲ ${warning}` : paused ? 'Paused.' : 'Updates every 5 seconds.'}
        </p>
      </div>
      {children}
    </Latest>
  )
}

/** The newest state of a panel: what the page came with, or what was told since. */
export function useLive<K extends keyof Snapshot>(panel: K, initial: Snapshot[K]): Snapshot[K] {
  const latest = use(Latest)?.[panel]
  return latest && latest.at > initial.at ? latest : initial
}
