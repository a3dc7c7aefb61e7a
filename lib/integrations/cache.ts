import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { defineLookup, invalidateTags } from '../cache/lookups'
import { TAG_OF_ALL_INTEGRATIONS, tagOfIntegrations, tagOfTokens } from '../cache/tags'
import { pathOrAddress } from '../cache/tokens/settings'
import { isTime } from '../clerk/json'
import { inspect } from '../lookup/inspect'
import { json } from '../lookup/json'
import { onePerProcess } from '../lookup/one-per-process'
import type { CheckedIntegration } from './check'

const TTL = 5 * 60

type Integrations = readonly CheckedIntegration[]
type Request = { userId: string; ttl?: number; fetch?(): Promise<Integrations> }
type Stored = { integrations: Integrations; ttl: number; until: number }

/** Seconds. A failed check is repeated as soon as that may help. */
const ttlOf = (integrations: Integrations, now: number) =>
  Math.min(
    TTL,
    ...integrations.flatMap(({ best, accounts }) =>
      [best, ...accounts].map(({ retryAt }) =>
        retryAt === null ? TTL : Math.max(1, (retryAt - now) / 1000),
      ),
    ),
  )

/** A status expires with the token that it was checked with. */
function firstExpiryOf(integrations: Integrations): number | null {
  const times = integrations.flatMap(({ accounts }) => accounts.flatMap(({ expiresAt }) => expiresAt ?? []))
  return times.length > 0 ? Math.min(...times) : null
}

const instant = z.custom<number>(isTime)
const time = instant.nullable()
const finding = z.object({
  status: z.enum(['connected', 'degraded', 'scope_missing', 'reconnect_required', 'not_connected']),
  ...{ since: time, expiresAt: time, retryAt: time },
  ...{ missing: z.array(z.string()), optionalMissing: z.array(z.string()) },
  action: z.object({ label: z.string(), href: pathOrAddress, scopes: z.array(z.string()) }).nullable(),
})
const stored = z.object({
  integrations: z.array(
    z.object({
      ...{ provider: z.string(), checkedAt: instant, best: finding },
      accounts: z.array(finding.extend({ externalAccountId: z.string(), label: z.string().nullable() })),
    }),
  ),
  ...{ ttl: z.number(), until: z.number() },
})

const isStored = (value: unknown) => stored.safeParse(value).success

const status = defineLookup<Request, Stored>(() => ({
  name: 'integrations',
  version: 1,
  key: ({ userId }) => userId,
  tags: ({ userId }) => [tagOfIntegrations(userId), tagOfTokens(userId), TAG_OF_ALL_INTEGRATIONS],
  owner: ({ userId }) => userId,
  ttl: ({ ttl }) => ttl,
  expiresAt: ({ integrations }) => firstExpiryOf(integrations),
  expiryBuffer: 0,
  timeout: 25,
  codec: json<Stored>(isStored),
  async load({ fetch, ttl }) {
    const integrations = await fetch?.()
    if (!integrations) return null
    const seconds = ttl ?? ttlOf(integrations, Date.now())
    return { integrations, ttl: seconds, until: Date.now() + seconds * 1000 }
  },
}))

/** What this process has read: when the status of each user expires, and the counts. */
const seen = onePerProcess('integrations-seen', () => ({
  until: new LRUCache<string, number>({ max: 5000 }),
  hits: 0,
  misses: 0,
}))

function remember(userId: string, stored: Stored | null | undefined): Integrations | null {
  if (!stored) return null
  seen.until.set(userId, stored.until)
  return stored.integrations
}

function count(isHit: boolean) {
  if (isHit) seen.hits++
  else seen.misses++
}

/** The user's integrations from the cache, or from `fetchFn`, which runs once for all callers. Cached for 5 minutes. */
export async function getCachedIntegrations(
  userId: string,
  fetchFn: () => Promise<Integrations>,
): Promise<Integrations> {
  let fetched = false
  const stored = await status({
    userId,
    fetch: () => {
      fetched = true
      return fetchFn()
    },
  })
  count(!fetched)
  return remember(userId, stored) ?? []
}

/** The cache alone, with the usual names. All processes share what is in it. */
export const integrationCache = {
  /** What is cached, or null. Never asks Clerk. */
  async get(userId: string): Promise<Integrations | null> {
    const stored = await status.peek({ userId })
    count(Boolean(stored))
    return remember(userId, stored)
  },

  async has(userId: string): Promise<boolean> {
    return Boolean(await status.peek({ userId }))
  },

  /** Replaces what is cached. `ttl` is in seconds (default: 300). @throws as `invalidate` */
  async set(userId: string, integrations: Integrations, ttl = TTL): Promise<void> {
    await status.invalidate({ userId })
    remember(userId, await status.fresh({ userId, ttl, fetch: async () => integrations }))
  },

  /** Invalidates one user's integrations. @throws LookupError `invalidation_unconfirmed` if Redis did not confirm it. */
  async invalidate(userId: string): Promise<void> {
    seen.until.delete(userId)
    await invalidateTags([tagOfIntegrations(userId)])
  },

  /** Invalidates the integrations of all users. @throws as `invalidate` */
  async clear(): Promise<void> {
    seen.until.clear()
    await invalidateTags([TAG_OF_ALL_INTEGRATIONS])
  },

  /** The counts of this process: the last 5000 users that it has read, and its hits and misses since it started. */
  getStats() {
    const active = [...seen.until.values()].filter((until) => until > Date.now()).length
    const { hits, misses } = seen
    const { size } = seen.until
    return { size, active, expired: size - active, hits, misses }
  },

  /** Removes expired users from the counts of this process and returns how many. Redis drops expired entries itself. */
  cleanupExpired(): number {
    const expired = [...seen.until].filter(([, until]) => until <= Date.now())
    for (const [userId] of expired) seen.until.delete(userId)
    return expired.length
  },
}

/** What Redis holds of the status of a user's integrations, without the status. @throws LookupError if Redis is not responding */
export async function inspectIntegrations(userId: string) {
  const { value, ...state } = await inspect(status, { userId })
  return { ...state, cached: value !== undefined }
}
