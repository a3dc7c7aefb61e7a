import { sharedCacheHealth } from './cache-health'
import { sharedCharts } from './charts'
import { sharedAudit, sharedDeliveries, sharedTokenHealth } from './logs'
import { cachedPeopleOf } from './people'
import { SHOWN } from './shown'
import type { CacheHealth, Range, Snapshot } from './snapshot-schema'
import { todosOf } from './todo'
import { webhooksOf } from './webhook-rows'

/** What an admin should do now. */
export async function sharedTodo(): Promise<Snapshot['todo']> {
  const [cache, webhooks, tokens] = await Promise.all([
    sharedCacheHealth(),
    sharedDeliveries(),
    sharedTokenHealth(),
  ])
  return todosOf({
    cache,
    deliveries: 'data' in webhooks ? webhooks.data : undefined,
    tokens: 'data' in tokens ? tokens.data.byProvider : undefined,
  })
}

/** The deliveries of the webhooks on a first page, with those that failed first. */
export async function sharedFirstDeliveries(): Promise<Snapshot['webhooks']> {
  const found = await sharedDeliveries()
  if (!('data' in found)) return found
  const shown = new Set(
    webhooksOf(found.data)
      .slice(0, SHOWN)
      .map(({ id }) => id),
  )
  return { at: found.at, data: found.data.filter(({ id }) => shown.has(id)) }
}

/** What the server sends to open dashboards, with the charts of a range for those that show them. The caller authorizes. */
export async function readSnapshot(range?: Range): Promise<Snapshot> {
  const [cache, webhooks, audit, todo]: [
    CacheHealth,
    Snapshot['webhooks'],
    Snapshot['audit'],
    Snapshot['todo'],
  ] = await Promise.all([sharedCacheHealth(), sharedFirstDeliveries(), sharedAudit(), sharedTodo()])
  const people = await cachedPeopleOf([
    ...('data' in webhooks ? webhooks.data.map(({ subject }) => subject ?? '') : []),
    ...('data' in audit ? audit.data.flatMap(({ actor, subject }) => [actor, subject]) : []),
  ])
  const charts = range && (await sharedCharts(range))
  return { cache, webhooks, audit, todo, people, ...(charts && 'data' in charts && { charts: charts.data }) }
}
