import { insideNext, stopsBetweenRequests } from '../env'

/** The one binding of telemetry to Next; scripts and tests load nothing of it. */
const next = insideNext && stopsBetweenRequests ? await import('next/server') : undefined

/**
 * On platforms that stop an instance once it has answered, runs a task after the response and keeps the instance until
 * then. False anywhere else, and outside a request: there time goes on, and the writers' own timers do it.
 */
export function afterResponse(task: () => Promise<unknown>): boolean {
  if (next === undefined) return false
  try {
    next.after(task)
    return true
  } catch {
    return false
  }
}
