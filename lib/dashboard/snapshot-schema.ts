import * as z from 'zod/mini'

/** What a panel shows and when it was read, or why Redis did not answer. */
const panel = <T extends z.ZodMiniType>(data: T) =>
  z.union([
    z.object({ at: z.number(), data }),
    z.object({ at: z.number(), unavailable: z.string(), fix: z.string() }),
  ])

const state = z.object({
  tone: z.enum(['good', 'warn', 'bad']),
  title: z.string(),
  advice: z.nullable(z.string()),
})

const latency = z.nullable(
  z.object({ p50: z.nullable(z.number()), p95: z.nullable(z.number()), p99: z.nullable(z.number()) }),
)

const lookup = z.object({
  name: z.string(),
  reads: z.number(),
  hits: z.object({ request: z.number(), process: z.number(), redis: z.number() }),
  misses: z.number(),
  /** Null if there was no read. */
  hitRate: z.nullable(z.number()),
  /** The last 60, oldest first; empty if the fleet's counts cannot be read. */
  minutes: z.array(z.object({ reads: z.number(), hits: z.number() })),
})

const cacheHealth = z.object({
  at: z.number(),
  redis: state,
  clerk: state,
  budget: z.object({ limit: z.number(), left: z.number() }),
  /** Processes that counted within the hour. Null: the figures are those of this process since it started. */
  processes: z.nullable(z.number()),
  avoided: z.object({ calls: z.number(), share: z.nullable(z.number()) }),
  lookups: z.array(lookup),
  latency: z.object({ redis: latency, clerk: latency }),
})

const delivery = z.object({
  id: z.string(),
  at: z.number(),
  type: z.string(),
  outcome: z.string(),
  reason: z.nullable(z.string()),
  ms: z.number(),
  /** The ID of the user it is about, or of whatever else it is about. */
  subject: z.nullable(z.string()),
  /** Nouns: `user`, `tokens`, `1 username`. */
  invalidated: z.array(z.string()),
})

const record = z.object({
  id: z.string(),
  at: z.number(),
  action: z.string(),
  actor: z.string(),
  impersonating: z.optional(z.string()),
  subject: z.string(),
  target: z.optional(z.string()),
  /** What the target is called: a provider, or the roles that were given. */
  detail: z.optional(z.string()),
  outcome: z.string(),
  repeats: z.optional(z.number()),
  lastAt: z.optional(z.number()),
})

const people = z.record(z.string(), z.object({ name: z.string(), imageUrl: z.string() }))

/** Something that an admin should do, and the page where. `idle`: what to know, such as what could not be checked. */
const todo = z.object({ tone: z.enum(['idle', 'warn', 'bad']), text: z.string(), href: z.string() })

export const RANGES = ['15m', '1h', '6h', '24h'] as const

const count = z.number()

/** What was counted from `at` for one step. */
const point = z.object({
  at: z.number(),
  reads: z.object({ request: count, process: count, redis: count, none: count }),
  clerk: z.object({ made: count, avoided: count }),
  latency: z.object({ redis: latency, clerk: latency }),
  webhooks: z.object({ done: count, failed: count }),
  tokens: z.object({ ok: count, user: count, none: count, failed: count }),
})

const charts = z.object({
  at: z.number(),
  range: z.enum(RANGES),
  /** Minutes that a point counts. */
  step: z.number(),
  points: z.array(point),
})

/**
 * What the server sends to open dashboards. The browser parses it, because a tab may be older than the server. zod/mini
 * keeps the page small.
 */
export const snapshotSchema = z.object({
  cache: cacheHealth,
  webhooks: panel(z.array(delivery)),
  audit: panel(z.array(record)),
  /** Empty: all is good, and all was checked. */
  todo: z.array(todo),
  /** Names and pictures of those in the lists who are cached, by ID. */
  people,
  /** For a page that asks for a range. */
  charts: z.optional(charts),
})

export type Snapshot = z.infer<typeof snapshotSchema>
export type CacheHealth = Snapshot['cache']
export type LookupHealth = CacheHealth['lookups'][number]
export type Minute = LookupHealth['minutes'][number]
export type Charts = z.infer<typeof charts>
export type ChartPoint = Charts['points'][number]
export type Range = Charts['range']
export type People = Snapshot['people']
export type Todo = Snapshot['todo'][number]
export type Delivery = z.infer<typeof delivery>
export type Line = z.infer<typeof record>
export type State = CacheHealth['redis']
