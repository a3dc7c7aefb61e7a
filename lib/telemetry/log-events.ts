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
        'Redis did not confirm an invalidation; old values may be served until it is repeated',
      )
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

  return { clerk, lookup, delivery, leftOut }
}

function failureOf(status: number): string {
  if (status === 429) return 'Clerk limits requests'
  return status === 0 ? 'Clerk does not answer' : `Clerk answers with ${status}`
}
