import type { ClerkClient, User } from '@clerk/backend'
import { rolesOf } from '@/lib/cache/clerk-cache'

interface Person {
  id: string
  updatedAt: number
}

/** How an app reads users: implemented once with Clerk's SDK, once with the kit. */
export interface Source {
  currentUser(): Promise<Person | null>
  requireUser(): Promise<Person | null>
  hasRole(id: string, role: string): Promise<boolean>
  byId(id: string): Promise<Person | null>
  byIds(ids: readonly string[]): Promise<readonly Person[]>
  byUsername(username: string): Promise<Person | null>
  idsByRole(role: string): Promise<readonly string[]>
}

/** The number of cards on the experts page. */
const CARDS = 12

/** 15 lookups: the signed-in user, their role for the navigation, the list of experts, and 12 cards. */
async function expertsPage(source: Source, me: string) {
  const experts = async () => source.byIds((await source.idsByRole('expert')).slice(0, CARDS))
  await Promise.all([source.currentUser(), source.hasRole(me, 'admin'), experts()])
}

/** 7 lookups: the same layout, the page's own check, guest and host, and whether the host is still an expert. */
async function bookingPage(source: Source, me: string, username: string) {
  const host = async () => {
    const expert = await source.byUsername(username)
    if (expert) await Promise.all([source.hasRole(expert.id, 'expert'), source.byId(expert.id)])
  }
  await Promise.all([
    source.currentUser(),
    source.hasRole(me, 'admin'),
    source.requireUser(),
    source.byId(me),
    host(),
  ])
}

/** A session has 50 lookups: the experts page, then five pages to book one of them. */
export const PAGES = 6
export const LOOKUPS = 15 + (PAGES - 1) * 7

export const visit = (source: Source, page: number, me: string, expert: string) =>
  page === 0 ? expertsPage(source, me) : bookingPage(source, me, expert)

/**
 * An app that uses Clerk's SDK directly: each component reads what it shows. `seen` is React's memory of one render,
 * which answers an identical GET without a second request.
 */
export function directly(client: ClerkClient, me: string, seen?: Map<string, Promise<User>>): Source {
  function byId(id: string): Promise<User> {
    const user = seen?.get(id) ?? client.users.getUser(id)
    seen?.set(id, user)
    return user
  }
  return {
    currentUser: () => byId(me),
    requireUser: () => byId(me),
    byId,
    hasRole: async (id, role) => rolesOf(await byId(id)).includes(role),
    byIds: (ids) => Promise.all(ids.map(byId)),
    async byUsername(username) {
      const { data } = await client.users.getUserList({ username: [username], limit: 1 })
      return data[0] ?? null
    },
    async idsByRole(role) {
      const { data } = await client.users.getUserList({ limit: 100 })
      return data.filter((user) => rolesOf(user).includes(role)).map(({ id }) => id)
    },
  }
}
