import { describe, expect, test, vi } from 'vitest'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()

/** Another process: every module and what exists once per process, again. */
async function startProcess() {
  Reflect.deleteProperty(globalThis, Symbol.for('clerk-cache-kit'))
  vi.resetModules()
  const users = await import('@/lib/cache/clerk-cache')
  const { defineLookup, lookups } = await import('@/lib/cache/lookups')
  const { clerkGet } = await import('@/lib/clerk/request')
  const ofOnesOwn = defineLookup<string, number>(() => ({
    ...{ name: 'of-ones-own', version: 1, ttl: 60, key: (id) => id, tags: (id) => [`own:${id}`] },
    load: async (id, { signal }) =>
      JSON.stringify(await clerkGet(`/users/${id}`, new URLSearchParams(), signal)).length,
  }))
  // Connects, with a state of its own.
  const { on } = lookups()
  const reads = {
    'a user by ID': () => users.getCachedUserById(people.expert),
    'a user by username': () => users.getCachedUserByUsername('amara-okafor'),
    'a lookup of one’s own that asks Clerk': () => ofOnesOwn(people.expert),
  }
  return { on, reads }
}

type Name = keyof Awaited<ReturnType<typeof startProcess>>['reads']
const names: Name[] = ['a user by ID', 'a user by username', 'a lookup of one’s own that asks Clerk']

describe('a process that waits for the load of another', () => {
  test.each(names)('gets the error of Clerk, with when to try again: %s', async (name) => {
    const [loading, waiting] = [await startProcess(), await startProcess()]
    const waits = vi.fn()
    waiting.on(({ type }) => type === 'waiting' && waits())
    services.clerk.faults.add({ status: 429, retryAfter: 7, latencyMs: 2000 })
    const failed = expect(loading.reads[name]()).rejects.toMatchObject({ retryAfter: 7 })
    await expect.poll(() => services.clerk.requests().total).toBe(1)
    await expect(waiting.reads[name]()).rejects.toMatchObject({
      ...{ name: 'ClerkError', code: 'clerk_rate_limited', retryAfter: 7 },
    })
    await failed
    expect(waits).toHaveBeenCalledOnce()
    expect(services.clerk.requests().total).toBe(1)
  })
})
