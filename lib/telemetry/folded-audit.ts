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

interface Window {
  repeats: number
  lastAt: number
  /** Writes the repetitions. */
  end(): void
}

/** By what is equal in the events. The oldest are first. */
const windows = onePerProcess('audit-windows', () => new Map<string, Window>())

function begin(key: string, event: AuditEvent, write: (record: AuditEvent & Repetitions) => void) {
  const window: Window = {
    ...{ repeats: 0, lastAt: 0 },
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

/** What can be repeated at will: a refusal, and a read. Each change is recorded by itself. */
const isRepeatable = ({ action, outcome }: AuditEvent) => outcome !== 'ok' || /\.(read|view)$/.test(action)

/**
 * Writes an event at once, unless an equal one was written in the last ten minutes: then it is counted, and the count is
 * written when those have passed. So one actor's repetitions cannot push what others did out of the trail.
 */
export function writeFolded(event: AuditEvent, write: (record: AuditEvent & Partial<Repetitions>) => void) {
  if (!isRepeatable(event)) return write(event)
  const { action, actor, impersonating, subject, target, outcome, fingerprint } = event
  const key = JSON.stringify([action, actor, impersonating, subject, target, outcome, fingerprint])
  const window = windows.get(key)
  if (!window) {
    begin(key, event, write)
    return write(event)
  }
  window.repeats++
  window.lastAt = Date.now()
}

/** Writes the repetitions that were counted until now. */
export function endWindows(): void {
  for (const window of windows.values()) window.end()
}
