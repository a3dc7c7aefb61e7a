import { AsyncLocalStorage } from 'node:async_hooks'
import { onePerProcess } from '@/lib/lookup/one-per-process'
import type { Source } from './session'

/** The user of the current request, as `auth()` of @clerk/nextjs returns it. All loaded copies share one. */
export const signedIn = onePerProcess('signed-in', () => new AsyncLocalStorage<string>())

/** What a process keeps about Clerk's limit, with the Redis and the settings of the copy that was loaded first. */
const ofProcess: { [key: symbol]: Map<string, unknown> | undefined } = globalThis

/** The kit as an app imports it. Each call loads a new copy, so that the next environment is another installation. */
export async function loadKit() {
  ofProcess[Symbol.for('clerk-cache-kit')]?.delete('clerk-budget')
  const [users, roles, writes, { lookups }, { POST }, { onClerkRequest }] = await Promise.all([
    import('@/lib/cache/clerk-cache'),
    import('@/lib/auth/roles.server'),
    import('@/lib/cache/user-writes'),
    import('@/lib/cache/lookups'),
    import('@/app/api/webhooks/clerk/route'),
    import('@/lib/clerk/events'),
  ])
  const source: Source = {
    currentUser: roles.getCurrentUser,
    requireUser: roles.requireUser,
    hasRole: roles.hasRole,
    byId: users.getCachedUserById,
    byIds: users.getCachedUsersByIds,
    byUsername: users.getCachedUserByUsername,
    idsByRole: async (role) => (await users.userIdsByRole(role)) ?? [],
  }
  return { ...users, ...roles, ...writes, lookups, onClerkRequest, receive: POST, source }
}

export type Kit = Awaited<ReturnType<typeof loadKit>>
