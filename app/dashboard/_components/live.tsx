'use client'

import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { button } from '@/components/button'
import type { Snapshot } from '@/lib/dashboard/snapshot-schema'
import { type Connection, subscribe } from '../subscribe'

const Latest = createContext<Snapshot | undefined>(undefined)

const warnings: Record<Connection, string> = {
  live: '',
  polling: 'Live updates are not available. The page polls every 5 seconds.',
  reconnecting: 'Reconnecting. The figures may be out of date.',
  refused: 'You are signed out, or not an admin any longer. Reload the page.',
  outdated: 'The app was updated. Reload the page.',
}

/** Keeps its panels up to date while the page is visible, until paused. */
export function Live({ children }: { children: ReactNode }) {
  const [latest, setLatest] = useState<Snapshot>()
  const [connection, setConnection] = useState<Connection>('live')
  const [paused, setPaused] = useState(false)
  useEffect(() => (paused ? undefined : subscribe(setLatest, setConnection)), [paused])
  const warning = paused ? '' : warnings[connection]
  return (
    <Latest value={latest}>
      <div className="-mt-4 mb-8 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <button type="button" className={button('outline')} onClick={() => setPaused(!paused)}>
          {paused ? 'Resume updates' : 'Pause updates'}
        </button>
        <p role="status" className={warning ? 'font-medium text-warn' : 'text-soft'}>
          {warning ? `▲ ${warning}` : paused ? 'Paused.' : 'Updates every 4 seconds.'}
        </p>
      </div>
      {children}
    </Latest>
  )
}

/** The newest state of a panel: the one that the page was rendered with, or a later snapshot's. */
export function useLive<K extends keyof Snapshot>(panel: K, initial: Snapshot[K]): Snapshot[K] {
  const latest = use(Latest)?.[panel]
  return latest && latest.at > initial.at ? latest : initial
}
