import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'
import { type Json, text } from './json'

/** One HTTP attempt at the Backend API. `status` is 0 when there was no answer; `ms` is its duration. */
export type ClerkRequestEvent = { operation: string; status: number; ms: number }

/** A record that cannot be used was left out of an answer. `id`: the kind of its ID, such as `user`, or `none`. */
export type LeftOutEvent = { record: string; id: string }

const leftOut = onePerProcess('clerk-left-out', () => createListeners<LeftOutEvent>())

/** Tells that a record was left out. Only the kind of its ID is told, never what is in it. */
export const emitLeftOut = (record: LeftOutEvent['record'], { id }: Json): void =>
  leftOut.emit({ record, id: /^([a-z]{1,10})_/.exec(text(id) ?? '')?.[1] ?? 'none' })

/** Calls the listener for every record that was left out. A listener of the same name is replaced. */
export const onLeftOut = (name: string, listener: Listener<LeftOutEvent>): (() => void) =>
  leftOut.on(listener, name)

const requests = onePerProcess('clerk-requests', () => createListeners<ClerkRequestEvent>())

export const emitClerkRequest = (event: ClerkRequestEvent): void => requests.emit(event)

/** Calls the listener for every attempt of this process; the last listener of a name replaces the earlier ones. */
export const onClerkRequest = (name: string, listener: Listener<ClerkRequestEvent>): (() => void) =>
  requests.on(listener, name)
