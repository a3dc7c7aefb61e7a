import { z } from 'zod'
import type { TokenInfo } from '../../local/clerk/oauth-tokens'
import type { User } from '../../local/clerk/records'

/** What an operation of the kit app returns of a user. */
export const readUser = z.object({
  id: z.string(),
  username: z.string().nullable(),
  publicMetadata: z.object({ role: z.unknown() }).partial(),
  updatedAt: z.number(),
})
export type ReadUser = z.infer<typeof readUser>

export const event = z.object({
  type: z.string(),
  data: z.looseObject({
    id: z.string(),
    username: z.string().nullish(),
    updated_at: z.number().optional(),
  }),
})
export type Event = z.infer<typeof event>

/** The version of a user who has been deleted: newer than every other. */
const GONE = Number.POSITIVE_INFINITY
/** The version of a user who does not exist yet. */
const NOTHING = -1

/** What Clerk has now. */
export interface Truth {
  user(id: string): User | undefined
  users(): User[]
  tokenInfo(token: string): TokenInfo | undefined
}

export interface Violation {
  what: string
  /** The fault of the moment. */
  during: string
  /** Milliseconds since the acknowledgement, or null where it has no single one. */
  since: number | null
}

/**
 * Compares what is read with what was invalidated before. The version of a user is `updatedAt`, which the Clerk stand-in
 * raises at every change. A read that begins after an acknowledged invalidation must return what Clerk had when that
 * invalidation was sent, or something newer.
 */
export function createChecker(truth: Truth, during: () => string = () => '') {
  const floors = new Map<string, { version: number; at: number }>()
  /** Users by names whose invalidation was acknowledged. */
  const holders = new Map<string, string>()
  const ended = new Set<string>()
  const accountsOf = new Map<string, Set<string>>()
  const removed = new Set<string>()
  const stale: Violation[] = []
  const tokens: Violation[] = []

  const versionOf = (id: string) => truth.user(id)?.updatedAt ?? GONE
  function raise(id: string, version: number) {
    if (version > (floors.get(id)?.version ?? NOTHING)) floors.set(id, { version, at: performance.now() })
  }

  const violation = (what: string, acknowledgedAt?: number | ''): Violation => ({
    what,
    during: during(),
    since: acknowledgedAt ? Math.round(performance.now() - acknowledgedAt) : null,
  })

  /** Call it when an invalidation is sent, and what it returns when it was acknowledged. */
  function invalidating({ type, data }: Event): () => void {
    if (type.startsWith('session.'))
      return () => {
        if (type !== 'session.created') ended.add(data.id)
      }
    const version = versionOf(data.id)
    const left = new Set(truth.user(data.id)?.accounts.map(({ id }) => id))
    const gone = [...(accountsOf.get(data.id) ?? [])].filter((id) => !left.has(id))
    return () => {
      raise(data.id, version)
      if (data.username) holders.set(data.username, data.id)
      for (const id of gone) removed.add(id)
    }
  }

  /** An action of the app has answered with what it wrote. */
  function written(user: ReadUser) {
    raise(user.id, user.updatedAt)
    if (user.username) holders.set(user.username, user.id)
  }

  /** Call it before a read; what it returns checks the values of the read. */
  function reading() {
    const floorsThen = new Map(floors)
    const endedThen = new Set(ended)
    const removedThen = new Set(removed)
    const floorOf = (id: string) => floorsThen.get(id)?.version ?? NOTHING
    /** Users whose last change was acknowledged. What was true of them stays true until they change. */
    const settled = new Map(
      truth
        .users()
        .filter(({ id, updatedAt }) => floorOf(id) === updatedAt)
        .map((user) => [user.id, { updatedAt: user.updatedAt, role: user.publicMetadata.role }]),
    )
    const namesThen = new Map([...holders].filter(([name, id]) => truth.user(id)?.username === name))
    const report = (what: string, id?: string) => stale.push(violation(what, id && floorsThen.get(id)?.at))

    function user(found: ReadUser) {
      const floor = floorOf(found.id)
      if (found.updatedAt < floor) report(`${found.id} of ${found.updatedAt} after ${floor}`, found.id)
    }

    return {
      users(ids: readonly string[], found: readonly ReadUser[]) {
        found.forEach(user)
        const missing = ids.filter((id) => !found.some((one) => one.id === id))
        for (const id of missing)
          if (truth.user(id) && floorOf(id) > NOTHING) report(`${id} is not found after ${floorOf(id)}`, id)
      },
      named(name: string, found: ReadUser | null) {
        const holder = namesThen.get(name)
        if (found) {
          user(found)
          if (found.username !== name) report(`${found.id} by the name ${name}, which is ${found.username}`)
        } else if (holder && truth.user(holder)?.username === name)
          report(`${holder} is not found by the name ${name}`)
      },
      experts(found: readonly ReadUser[]) {
        found.forEach(user)
        const ids = new Set(found.map(({ id }) => id))
        for (const [id, { updatedAt, role }] of settled)
          if (versionOf(id) === updatedAt && ids.has(id) !== (role === 'expert'))
            report(`${id} is ${ids.has(id) ? '' : 'not '}in the list, and is ${role}`)
      },
      token({ userId, sessionId }: { userId: string; sessionId: string }, token: string) {
        const account = truth.tokenInfo(token)?.externalAccountId ?? ''
        if (endedThen.has(sessionId) || floorOf(userId) === GONE || removedThen.has(account))
          tokens.push(violation(`a token of ${userId} in ${sessionId} for ${account}`))
      },
    }
  }

  return {
    invalidating,
    written,
    reading,
    /** A user has connected this account. */
    connected(userId: string, accountId: string) {
      const known = accountsOf.get(userId) ?? new Set()
      accountsOf.set(userId, known.add(accountId))
    },
    /** Reads that returned something older than what was acknowledged before. */
    stale,
    /** Tokens that were handed out after an acknowledged revocation. */
    tokens,
  }
}

export type Checker = ReturnType<typeof createChecker>
