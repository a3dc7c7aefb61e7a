import { type Clock, deadline, systemClock } from '../lookup/clock'

/** Does the work with a signal that aborts after `ms` milliseconds, in which this process could have heard an answer. */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  clock: Clock = systemClock,
): Promise<T> {
  const controller = new AbortController()
  const cancel = deadline(clock, ms, () =>
    controller.abort(new DOMException('The deadline has passed.', 'TimeoutError')),
  )
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}
