import type { AuditEvent } from '../cache/audit-events'
import type { CalendarProblem } from '../calendar/problem-events'
import type { ClerkRequestEvent, LeftOutEvent } from '../clerk/events'
import type { LookupEvent } from '../lookup/events'
import type { DeliveryEvent } from '../webhooks/events'
import { withoutIds } from './labels'
import { log } from './log'

/** Reports a failure when it begins and when it ends, for any number of requests in between. */
function createFailureTracker() {
  const failing = new Set<string>()
  return (what: string, fails: boolean): 'begun' | 'ended' | undefined => {
    if (fails === failing.has(what)) return undefined
    if (fails) failing.add(what)
    else failing.delete(what)
    return fails ? 'begun' : 'ended'
  }
}

/** Logs what an operator needs to know: nothing for a read, one line when a failure begins and one when it ends. */
export function createEventLog() {
  const track = createFailureTracker()

  function clerk({ operation, status, ms }: ClerkRequestEvent) {
    const service = 'clerk'
    const fields = { service, operation: withoutIds(operation), status, ms: Math.round(ms) }
    log().debug({ event: 'upstream', ...fields })
    const change = track(service, status === 0 || status === 429 || status >= 500)
    if (change === 'begun') log().warn({ event: 'upstream_failing', ...fields }, failureOf(status))
    if (change === 'ended') log().info({ event: 'upstream_recovered', service }, 'Clerk answers again')
  }

  function lookup(event: LookupEvent): void {
    if (event.type === 'breaker' && event.open)
      log().warn({ event: 'breaker_open' }, 'Redis failed repeatedly; reads load from Clerk for a moment')
    else if (event.type === 'breaker') log().info({ event: 'breaker_closed' }, 'Redis answers again')
    else if (event.type === 'backplane' && event.alive)
      log().info({ event: 'backplane_alive' }, 'receives invalidations of other processes')
    else if (event.type === 'backplane')
      log().warn(
        { event: 'backplane_lost' },
        'does not receive invalidations of other processes; the process cache keeps values for at most 1 s',
      )
    else if (event.type === 'invalidate' && !event.confirmed)
      log().error(
        { event: 'invalidation_unconfirmed', tags: event.tags.length },
        'Redis did not confirm an invalidation; other processes may serve old values until it is repeated',
      )
    else if (event.type === 'unconfirmed' && event.givenUp > 0)
      log().error(
        { event: 'invalidation_given_up', tags: event.givenUp },
        'too many unconfirmed invalidations to repeat; old values may be served until they expire',
      )
    else if (event.type === 'unconfirmed' && event.pending === 0)
      log().info({ event: 'invalidation_repeated' }, 'Redis has confirmed what was repeated')
    else if (event.type === 'load_error')
      log().debug({ event: 'load_error', lookup: event.lookup, code: event.code })
    else if (event.type === 'store_error')
      log().debug({ event: 'store_error', operation: event.operation, code: event.code })
    else if (event.type === 'corrupt')
      log().warn(
        { event: 'corrupt', lookup: event.lookup },
        'ignored a corrupt cache entry; it is overwritten',
      )
  }

  const logged = new Map<string, number>()

  /** A problem of one kind once a minute: each user who looks at their calendar meets it. */
  function calendar({ code, status, reason }: CalendarProblem): void {
    const now = performance.now()
    if (now - (logged.get(code) ?? Number.NEGATIVE_INFINITY) < MINUTE) return
    logged.set(code, now)
    log().warn({ event: 'calendar_problem', code, status, reason }, calendarProblems[code])
  }

  function delivery({ event: type, id, outcome }: DeliveryEvent) {
    if (outcome === 'invalidation_unconfirmed')
      log().error(
        { event: 'webhook_failed', type, delivery: id },
        'a webhook failed; Clerk delivers it again',
      )
  }

  const leftOut = ({ record, id }: LeftOutEvent) =>
    log().warn(
      { event: 'left_out', record, id },
      'left a record out of an answer of Clerk: it has no usable ID',
    )

  /** At most twenty a minute: the event is throttled. */
  function access({ action, outcome, target: path }: AuditEvent) {
    if (action === 'ops.token' && outcome === 'refused')
      log().warn({ event: 'ops_token_refused', path }, 'refused a request with a wrong OPS_TOKEN')
  }

  return { clerk, lookup, delivery, leftOut, calendar, access }
}

const MINUTE = 60_000

const calendarProblems: Record<CalendarProblem['code'], string> = {
  calendar_not_enabled:
    'enable the Google Calendar API in the Google Cloud project of the OAuth client that Clerk uses',
  calendar_off:
    'Google Calendar is off for a user’s account; the administrator of their Workspace can turn it on',
  calendar_not_allowed:
    'a policy of a user’s Google Workspace does not allow this app to read Google Calendar',
  calendar_rate_limited: 'Google Calendar limits requests',
  calendar_quota_used:
    'a quota of the Google Calendar API is used up; look at the quotas in the Google Cloud console',
  calendar_refused: 'Google Calendar did not accept a request',
  calendar_blocked: 'a proxy or a firewall answers in place of Google Calendar',
  calendar_unavailable: 'Google Calendar is not responding as expected',
  event_skipped: 'a calendar event could not be read and is left out',
}

function failureOf(status: number): string {
  if (status === 429) return 'Clerk limits requests'
  return status === 0 ? 'Clerk is not responding' : `Clerk answers with ${status}`
}
