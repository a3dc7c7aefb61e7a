import { isUserId } from '../cache/clerk-cache'
import type { AuditFilter } from './logs'
import { RANGES, type Range } from './snapshot-schema'
import { hasFailed, type Webhook } from './webhook-rows'
/** Not Next's PageProps: that type has only the paths of the app, and these pages may be at others. */
export type Query = Record<string, string | string[] | undefined>

/** What a list shows, from the page's address. Everything that is not valid is left out, and no page repeats it. */
export interface ListQuery {
  type?: string | undefined
  action?: string | undefined
  outcome?: string | undefined
  range?: string | undefined
  user?: string | undefined
  /** The range of the charts. */
  chart?: Range | undefined
  page: number
  /** Cursors of the pages after the first, down to this one. */
  cursors: string[]
}

/** How far back a list goes, in hours. */
const HOURS: Record<string, number> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 }
/** Pages that somebody can go down. */
const MOST_PAGES = 200

const word = (value: Query[string]) =>
  typeof value === 'string' && /^[a-z][a-zA-Z_.]{1,60}$/.test(value) ? value : undefined

export function readQuery(query: Query): ListQuery {
  const { range, user, page, at } = query
  const number = Number(page)
  const cursors = typeof at === 'string' ? at.split('~') : []
  return {
    ...{ type: word(query.type), action: word(query.action), outcome: word(query.outcome) },
    range: typeof range === 'string' && Object.hasOwn(HOURS, range) ? range : undefined,
    user: typeof user === 'string' && isUserId(user.trim()) ? user.trim() : undefined,
    chart: RANGES.find((one) => one === query.chart),
    page: Number.isInteger(number) && number >= 1 && number <= MOST_PAGES ? number : 1,
    cursors: cursors.length <= MOST_PAGES && cursors.every((one) => /^\d+-\d+:\d+$/.test(one)) ? cursors : [],
  }
}

/** The time since which a range counts. */
const since = (range: string | undefined, now: number): number =>
  range === undefined ? 0 : now - (HOURS[range] ?? 0) * 3600_000

/** The address of a list with this query. */
export function addressOf(path: string, { page, cursors, ...filters }: ListQuery): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value) params.set(name, value)
  if (page > 1) params.set('page', String(page))
  if (cursors.length > 0) params.set('at', cursors.join('~'))
  return params.size === 0 ? path : `${path}?${params}`
}

/** What of the audit trail a query asks for. */
export const auditFilterOf = ({ action, outcome, user, range }: ListQuery, now: number): AuditFilter => ({
  ...{ action, outcome, user },
  ...(range && { since: since(range, now) }),
})

/** The webhooks that a query asks for. */
export const matchingWebhooks = (
  webhooks: readonly Webhook[],
  { type, outcome, range }: ListQuery,
  now: number,
): Webhook[] =>
  webhooks.filter(
    (one) =>
      (!type || one.type === type) &&
      (!outcome || (outcome === 'failed' ? hasFailed(one) : one.outcome === outcome)) &&
      one.at >= since(range, now),
  )
