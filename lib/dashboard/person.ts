import { inspectUser, type UserEntry } from '../cache/inspect-user'
import { membershipsOfUser } from '../cache/organization-lookups'
import { inspectOAuthToken } from '../cache/token-cache'
import { unexpectedAnswer } from '../clerk/error'
import { isRecord, record, records, text, time, word } from '../clerk/json'
import { clerkGet } from '../clerk/request'
import { inspectIntegrations } from '../integrations/cache'
import { providers } from '../integrations/providers'
import { type Inspection, inspect } from '../lookup/inspect'
import type { PanelResult } from './panel-result'

/** What Redis holds of a value, without the value. Seconds and bytes. */
export interface EntryState {
  name: string
  cached: boolean
  bytes: number | null
  hardSeconds: number | null
  freshSeconds: number | null
}

export type Entries = PanelResult<{ user: UserEntry; others: EntryState[] }>

type State = Omit<Inspection<unknown>, 'value'> & { cached: boolean }

export const stateOf = (name: string, { cached, bytes, hardSeconds, freshSeconds }: State): EntryState => ({
  ...{ name, cached, bytes, hardSeconds, freshSeconds },
})

/** What Redis holds about a user now. Reads nothing into the cache. @throws LookupError */
export async function entriesOf(userId: string) {
  const [user, memberships, integrations, ...tokens] = await Promise.all([
    inspectUser(userId),
    inspect(membershipsOfUser, userId),
    inspectIntegrations(userId),
    ...providers().map(({ id }) => inspectOAuthToken(userId, id)),
  ])
  return {
    user,
    others: [
      ...tokens.map((token, i) => stateOf(`${providers()[i]?.name} token`, token)),
      stateOf('Status of the integrations', integrations),
      stateOf('Memberships in organizations', { ...memberships, cached: memberships.value !== undefined }),
    ],
  }
}

/** When Clerk last changed a user. One request, which is not cached. @throws ClerkError */
export async function changedAtClerk(userId: string): Promise<number | null> {
  const query = new URLSearchParams()
  return time(
    record(await clerkGet(`/users/${encodeURIComponent(userId)}`, query, TIMEOUT, 'compare user')).updated_at,
  )
}

/** A session at Clerk. Times are milliseconds since 1970. */
export interface UserSession {
  id: string
  status: string
  lastActiveAt: number | null
  createdAt: number | null
  expireAt: number | null
}

/** Most sessions that are shown. */
const MOST = 20
/** Milliseconds. */
const TIMEOUT = 10_000

/** The sessions of a user, the active ones first. One request to Clerk, which is not cached. @throws ClerkError */
export async function sessionsOf(userId: string): Promise<UserSession[]> {
  const query = new URLSearchParams({ user_id: userId, limit: String(MOST) })
  const answer = await clerkGet('/sessions', query, TIMEOUT, 'list sessions')
  const list = isRecord(answer) ? answer.data : answer
  if (!Array.isArray(list)) throw unexpectedAnswer()
  return records(list)
    .flatMap((one): UserSession[] => {
      const id = word(one.id)
      if (id === null) return []
      return [
        {
          ...{ id, status: text(one.status) ?? 'unknown', lastActiveAt: time(one.last_active_at) },
          ...{ createdAt: time(one.created_at), expireAt: time(one.expire_at) },
        },
      ]
    })
    .sort(
      (one, other) =>
        Number(other.status === 'active') - Number(one.status === 'active') ||
        (other.lastActiveAt ?? 0) - (one.lastActiveAt ?? 0),
    )
}
