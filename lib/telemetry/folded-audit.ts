import type { AuditEvent } from '../cache/audit-events'
import { onePerProcess } from '../lookup/one-per-process'
import { backgroundClock } from './batch-writer'

/** A record that stands for repetitions: how many there were after the one that was recorded, and when the last was. */
export interface Repetitions {
  repeats: number
  /** Milliseconds since 1970. */
  lastAt: number
}

/** How long equal events are counted. Milliseconds. */
const WINDOW = 10 * 60_000
/** More at a time are not counted together: the oldest are written early. */
const MOST_WINDOWS = 10_000

/**
 * Refreshes of one token that are recorded one by one: pages show when the last one was. A member causes as many as they
 * like, because Clerk returns the same token until it expires.
 */
const MOST_REFRESHES = 5

interface Window {
  /** How many were recorded one by one. */
  written: number
  repeats: number
  lastAt: number
  /** Writes the repetitions. */
  end(): void
}

/** By what is equal in the events. The oldest are first. */
const windows = onePerProcess('audit-windows', () => new Map<string, Window>())

function begin(key: string, event: AuditEvent, write: (record: AuditEvent & Repetitions) => void) {
  const window: Window = {
    ...{ written: 1, repeats: 0, lastAt: 0 },
    end() {
      cancel()
      windows.delete(key)
      const { repeats, lastAt } = window
      if (repeats > 0) write({ ...event, repeats, lastAt })
    },
  }
  const cancel = backgroundClock.timer(WINDOW, window.end)
  windows.set(key, window)
  const [oldest] = windows.values()
  if (windows.size > MOST_WINDOWS) oldest?.end()
}

/** How many equal events are recorded one by one: a refusal and a read can be repeated at will, and a change cannot. */
function mostOf({ action, outcome }: AuditEvent): number {
  if (outcome !== 'ok' || /\.(read|view)$/.test(action)) return 1
  return action === 'token.refresh' ? MOST_REFRESHES : Number.POSITIVE_INFINITY
}

/**
 * Writes an event at once, unless an equal one (five of a token's refresh) was written in the last ten minutes: then it is
 * counted, and the count is written when those have passed. So one actor's repetitions cannot push what others did out of
 * the trail.
 */
export function writeFolded(event: AuditEvent, write: (record: AuditEvent & Partial<Repetitions>) => void) {
  const most = mostOf(event)
  if (most === Number.POSITIVE_INFINITY) return write(event)
  const { action, actor, impersonating, subject, target, outcome, fingerprint } = event
  const key = JSON.stringify([action, actor, impersonating, subject, target, outcome, fingerprint])
  const window = windows.get(key)
  if (!window) {
    begin(key, event, write)
    return write(event)
  }
  if (window.written < most) {
    window.written++
    return write(event)
  }
  window.repeats++
  window.lastAt = Date.now()
}

/** Writes the repetitions that were counted until now. */
export function endWindows(): void {
  for (const window of windows.values()) window.end()
}
