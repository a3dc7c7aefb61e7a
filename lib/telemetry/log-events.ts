import type { ClerkRequestEvent } from '../clerk/events'
import type { LookupEvent } from '../lookup/events'
import { withoutIds } from './labels'
import { log } from './log'

/** What fails is told once when it begins and once when it is over, however many requests it meets. */
function createEdges() {
  const failing = new Set<string>()
  return (what: string, fails: boolean): 'begun' | 'over' | undefined => {
    if (fails === failing.has(what)) return undefined
    if (fails) failing.add(what)
    else failing.delete(what)
    return fails ? 'begun' : 'over'
  }
}

/** Logs what an operator wants to know of: nothing for a read, a line when something begins to fail or is over. */
export function createEventLog() {
  const edge = createEdges()

  function clerk({ operation, status, ms }: ClerkRequestEvent) {
    const service = 'clerk'
    const fields = { service, operation: withoutIds(operation), status, ms: Math.round(ms) }
    log().debug({ event: 'upstream', ...fields })
    const change = edge(service, status === 0 || status === 429 || status >= 500)
    if (change === 'begun')
      log().warn(
        { event: 'upstream_failing', ...fields },
        status === 429 ? `${service} limits requests` : `${service} does not answer as it should`,
      )
    if (change === 'over') log().info({ event: 'upstream_recovered', service }, `${service} answers again`)
  }

  function lookup(event: LookupEvent): void {
    if (event.type === 'breaker' && event.open)
      log().warn({ event: 'breaker_open' }, 'Redis is left alone for a moment; reads go to the loaders')
    else if (event.type === 'breaker') log().info({ event: 'breaker_closed' }, 'Redis is asked again')
    else if (event.type === 'backplane' && event.alive)
      log().info({ event: 'backplane_alive' }, 'invalidations of other processes are heard')
    else if (event.type === 'backplane')
      log().warn({ event: 'backplane_lost' }, 'the process layer keeps nothing for longer than a second')
    else if (event.type === 'invalidate' && !event.confirmed)
      log().error({ event: 'invalidation_unconfirmed', tags: event.tags.length }, 'old values may be served')
    else if (event.type === 'load_error')
      log().debug({ event: 'load_error', lookup: event.lookup, code: event.code })
    else if (event.type === 'store_error')
      log().debug({ event: 'store_error', operation: event.operation, code: event.code })
    else if (event.type === 'corrupt')
      log().warn({ event: 'corrupt', lookup: event.lookup }, 'an entry was no entry, and is overwritten')
  }

  return { clerk, lookup }
}
