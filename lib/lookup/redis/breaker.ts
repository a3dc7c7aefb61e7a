import { type Clock, systemClock } from '../clock'

export interface BreakerOptions {
  /** Failed requests in a row that open it (default: 5). */
  breakAfter?: number
  /** How long it stays open at first; doubles up to ten times as much (default: 1000 ms). */
  openMs?: number
  /** How long it stays open after a quota error (default: 60 000 ms). */
  quotaOpenMs?: number
}

/** `ok`: Redis answered, even if it refused. */
export type Health = 'ok' | 'outage' | 'quota'

/** A circuit breaker: closed, or open until one operation that it lets through, the probe, has succeeded. */
export function createBreaker(
  { breakAfter = 5, openMs = 1000, quotaOpenMs = 60_000 }: BreakerOptions,
  onChange: (open: boolean) => void,
  clock: Pick<Clock, 'now'> = systemClock,
) {
  let open = false
  let failures = 0
  let probing = false
  let probeAt = 0
  /** How often it was opened since it was last closed. */
  let openings = 0
  const counted = new WeakSet<object>()

  function change(to: boolean) {
    if (open === to) return
    open = to
    onChange(to)
  }

  function keepOpen(health: Health) {
    probeAt = clock.now() + (health === 'quota' ? quotaOpenMs : openMs * Math.min(2 ** openings, 10))
    openings++
    change(true)
  }

  return {
    isOpen: () => open,
    /**
     * Counts one request. Those that share a lost connection fail with one error, and count once. While the breaker is
     * open only the probe counts.
     */
    count(health: Health, cause?: unknown) {
      if (open || counted.has(Object(cause))) return
      counted.add(Object(cause))
      failures = health === 'ok' ? 0 : failures + 1
      if (failures >= breakAfter) keepOpen(health)
    },
    /** Whether an operation may be sent. The result of a probe must be passed to `probed`. */
    admit(): 'yes' | 'no' | 'probe' {
      if (!open) return 'yes'
      if (probing || clock.now() < probeAt) return 'no'
      probing = true
      return 'probe'
    },
    probed(health: Health) {
      probing = false
      if (health !== 'ok') return keepOpen(health)
      failures = 0
      openings = 0
      change(false)
    },
  }
}
