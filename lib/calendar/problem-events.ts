import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'

/** Why Google Calendar returned no events. */
export type CalendarProblemCode =
  | 'calendar_not_enabled'
  | 'calendar_off'
  | 'calendar_not_allowed'
  | 'calendar_rate_limited'
  | 'calendar_quota_used'
  | 'calendar_refused'
  | 'calendar_blocked'
  | 'calendar_unavailable'

/** `status` is 0 when there was no answer. `reason` is one that the kit knows, or a few words of its own. */
export type CalendarProblem = {
  code: CalendarProblemCode | 'event_skipped'
  status: number
  reason: string
}

const problems = onePerProcess('calendar-problems', () => createListeners<CalendarProblem>())

export const emitCalendarProblem = (problem: CalendarProblem): void => problems.emit(problem)

/** Calls the listener for every problem with Google Calendar; a listener of the same name is replaced. */
export const onCalendarProblem = (name: string, listener: Listener<CalendarProblem>): (() => void) =>
  problems.on(listener, name)
