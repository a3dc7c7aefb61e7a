import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'

/** One HTTP attempt at the Backend API. `status` is 0 when there was no answer; `ms` is its duration. */
export type ClerkRequestEvent = { operation: string; status: number; ms: number }

const requests = onePerProcess('clerk-requests', () => createListeners<ClerkRequestEvent>())

export const emitClerkRequest = (event: ClerkRequestEvent): void => requests.emit(event)

/** Calls the listener for every attempt of this process; the last listener of a name replaces the earlier ones. */
export const onClerkRequest = (name: string, listener: Listener<ClerkRequestEvent>): (() => void) =>
  requests.on(listener, name)
