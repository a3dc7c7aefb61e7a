'use client'

import { useSyncExternalStore } from 'react'
import { formatAgo, formatClock, formatExact, formatHour } from '../format'

/** Milliseconds between two looks at the clock. */
const TICK = 10_000

let now = 0
const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function watch(changed: () => void) {
  watchers.add(changed)
  now ||= Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const tell of watchers) tell()
  }, TICK)
  return () => {
    watchers.delete(changed)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
    now = 0
  }
}

const never = () => () => {}

/** False on the server and while the page takes over from it: the server does not know the time zone of the reader. */
const useInBrowser = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

/** `5 min ago`. The exact time in the reader's time zone is the title. `renderedAt`: the time on the server. */
export function Ago({ at, renderedAt }: { at: number; renderedAt: number }) {
  const current = useSyncExternalStore(
    watch,
    () => now,
    () => 0,
  )
  const exact = useExact(at)
  return (
    <time dateTime={new Date(at).toISOString()} title={exact} className="whitespace-nowrap">
      {formatAgo(at, Math.max(renderedAt, current))}
    </time>
  )
}

const useExact = (at: number) => (useInBrowser() ? formatExact(at) : new Date(at).toISOString())

/** The date and the time in the reader's time zone. */
export const Exact = ({ at }: { at: number }) => (
  <time dateTime={new Date(at).toISOString()}>{useExact(at)}</time>
)

/** The time of the day in the reader's time zone. */
export function Clock({ at }: { at: number }) {
  const inBrowser = useInBrowser()
  return (
    <time dateTime={new Date(at).toISOString()} title={useExact(at)}>
      {inBrowser ? new Date(at).toLocaleTimeString() : formatClock(at)}
    </time>
  )
}

/** Hours and minutes in the reader's time zone. */
export function TimeOfDay({ at }: { at: number }) {
  const inBrowser = useInBrowser()
  return (
    <time dateTime={new Date(at).toISOString()}>
      {inBrowser ? formatHour(at) : new Date(at).toISOString().slice(11, 16)}
    </time>
  )
}
