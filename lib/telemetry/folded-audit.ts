import type { AuditEvent } from '../cache/audit-events'
import { onePerProcess } from '../lookup/one-per-process'
import { backgroundClock, currentTime } from './batch-writer'

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
 * Equal changes, and refreshes of one token, that are recorded one by one: how far apart they were tells something. A
 * member saves as often as a limit lets them, and causes as many refreshes as they like.
 */
const MOST_CHANGES = 5

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

const READS = /\.(read|view|list|search|export)$/

/** How many equal events are recorded one by one. All changes of a role: the newest has to say which one it is now. */
function mostOf({ action, outcome }: AuditEvent): number {
  // Also of those that failed: they may have been made.
  if (action === 'role.update') return Number.POSITIVE_INFINITY
  return outcome !== 'ok' || READS.test(action) ? 1 : MOST_CHANGES
}

/**
 * Writes an event at once, unless an equal one (five of a change) was written in the last ten minutes: then it is
 * counted, and the count is written when those have passed. So one actor's repetitions cannot push what others did out of
 * the trail.
 */
export function writeFolded(event: AuditEvent, write: (record: AuditEvent & Partial<Repetitions>) => void) {
  const { action, actor, impersonating, subject, target, outcome, fingerprint } = event
  const key = JSON.stringify([action, actor, impersonating, subject, target, outcome, fingerprint])
  const window = windows.get(key)
  if (!window) {
    begin(key, event, write)
    return write(event)
  }
  if (window.written < mostOf(event)) {
    window.written++
    return write(event)
  }
  window.repeats++
  window.lastAt = currentTime()
}

/** Writes the repetitions that were counted until now. */
export function endWindows(): void {
  for (const window of windows.values()) window.end()
}
