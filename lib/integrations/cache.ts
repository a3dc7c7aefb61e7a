import { LRUCache } from 'lru-cache'
import { defineLookup, invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import { onePerProcess } from '../lookup/one-per-process'
import type { CheckedIntegration } from './check'

const TTL = 5 * 60

/** Carried by a user's integration status. */
export const tagOfIntegrations = (userId: string) => `integrations:${userId}`
const TAG_OF_ALL = 'integrations'

type Integrations = readonly CheckedIntegration[]
type Wanted = { userId: string; ttl?: number; fetch?(): Promise<Integrations> }
type Stored = { integrations: Integrations; ttl: number; until: number }

/** Seconds: what could not be checked is checked again as soon as that may help. */
const ttlOf = (integrations: Integrations, now: number) =>
  Math.min(
    TTL,
    ...integrations.flatMap(({ best, accounts }) =>
      [best, ...accounts].map(({ retryAt }) =>
        retryAt === null ? TTL : Math.max(1, (retryAt - now) / 1000),
      ),
    ),
  )

/** A status is as old as the token it was found out with: when that ends, it is found out anew. */
function endOfTokens(integrations: Integrations): number | null {
  const ends = integrations.flatMap(({ accounts }) => accounts.flatMap(({ expiresAt }) => expiresAt ?? []))
  return ends.length > 0 ? Math.min(...ends) : null
}

const status = defineLookup<Wanted, Stored>(() => ({
  name: 'integrations',
  version: 1,
  key: ({ userId }) => userId,
  tags: ({ userId }) => [tagOfIntegrations(userId), tagOfTokens(userId), TAG_OF_ALL],
  ttl: ({ ttl }) => ttl,
  expiresAt: ({ integrations }) => endOfTokens(integrations),
  expiryBuffer: 0,
  composed: true,
  timeout: 25,
  async load({ fetch, ttl }) {
    const integrations = await fetch?.()
    if (!integrations) return null
    const seconds = ttl ?? ttlOf(integrations, Date.now())
    return { integrations, ttl: seconds, until: Date.now() + seconds * 1000 }
  },
}))

/** What this process has seen: until when, by user. */
const seen = onePerProcess('integrations-seen', () => ({
  until: new LRUCache<string, number>({ max: 5000 }),
  hits: 0,
  misses: 0,
}))

function note(userId: string, stored: Stored | null | undefined): Integrations | null {
  if (!stored) return null
  seen.until.set(userId, stored.until)
  return stored.integrations
}

function count(isHit: boolean) {
  if (isHit) seen.hits++
  else seen.misses++
}

/** The user's integrations from the cache, or from `fetchFn`, which only one caller of all runs. 5 minutes. */
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
  return note(userId, stored) ?? []
}

/** The cache by itself, for those who know its names. What is in it, all instances share. */
export const integrationCache = {
  /** What is cached, or null; asks nobody. */
  async get(userId: string): Promise<Integrations | null> {
    const stored = await status.peek({ userId })
    count(Boolean(stored))
    return note(userId, stored)
  },

  async has(userId: string): Promise<boolean> {
    return Boolean(await status.peek({ userId }))
  },

  /** Replaces what is cached; `ttl` in seconds, 300 unless told. @throws as `invalidate` */
  async set(userId: string, integrations: Integrations, ttl = TTL): Promise<void> {
    await status.invalidate({ userId })
    note(userId, await status.fresh({ userId, ttl, fetch: async () => integrations }))
  },

  /** Forgets one user's. @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it. */
  async invalidate(userId: string): Promise<void> {
    seen.until.delete(userId)
    await invalidateTags([tagOfIntegrations(userId)])
  },

  /** Forgets everybody's. @throws as `invalidate` */
  async clear(): Promise<void> {
    seen.until.clear()
    await invalidateTags([TAG_OF_ALL])
  },

  /** Of this process: the last 5000 users it has seen, and the reads since it started. */
  getStats() {
    const active = [...seen.until.values()].filter((until) => until > Date.now()).length
    const { hits, misses } = seen
    const { size } = seen.until
    return { size, active, expired: size - active, hits, misses }
  },

  /** Redis lets expired entries go by itself; this forgets the notes on them, and says how many those were. */
  cleanupExpired(): number {
    const expired = [...seen.until].filter(([, until]) => until <= Date.now())
    for (const [userId] of expired) seen.until.delete(userId)
    return expired.length
  },
}
