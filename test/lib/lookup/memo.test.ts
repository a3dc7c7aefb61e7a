import { describe, expect, it } from 'vitest'
import { createNextRuntime } from '@/lib/lookup/runtime/next'
import type { Runtime } from '@/lib/lookup/runtime/runtime'
import { createFleet, user } from './in-process-fleet'

/** A framework with one request at a time, which may render into a cache. */
function createRequests() {
  const now = { request: {} as object | undefined, cached: false }
  const invalidatedTags: string[] = []
  const runtime: Runtime = {
    enter: async () => ({ ...now }),
    after: (task) => void task(),
    async invalidated(tags) {
      invalidatedTags.push(...tags)
      return now.request
    },
  }
  return { now, invalidatedTags, runtime }
}

describe('the memo of a request', () => {
  it('returns the same value within a request, and reads again in another request', async () => {
    const { join } = createFleet()
    const { now, runtime } = createRequests()
    const process = join({ runtime })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    expect(await lookup('u1')).toBe(await lookup('u1'))
    expect(process.stats().user).toMatchObject({ request: 1, redis: 0 })
    now.request = {}
    await lookup('u1')
    expect(process.stats().user).toMatchObject({ request: 1, redis: 1 })
  })

  it('lets reads begin at once in a request that is entered', async () => {
    const { join } = createFleet()
    const { now, runtime } = createRequests()
    const request = {}
    now.request = request
    let entered = 0
    const enter = async () => {
      entered++
      return { request, cached: false }
    }
    const process = join({
      runtime: {
        ...runtime,
        enter,
        current: () => request,
        isEntered: (one) => one === request && entered > 0,
      },
    })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await lookup('u1')
    await Promise.all([lookup('u2'), lookup('u3'), lookup('u2')])
    expect(entered).toBe(1)
    expect(process.stats().user).toMatchObject({ request: 1 })
    await lookup.invalidate('u2')
    await lookup('u2')
    expect(process.stats().user).toMatchObject({ request: 1, loads: 4 })
  })

  it('is a snapshot, dropped by an invalidation in the same request', async () => {
    const { join } = createFleet()
    const { runtime, invalidatedTags } = createRequests()
    let version = 0
    const load = async () => ++version
    const lookup = join({ runtime }).defineLookup(user(load))
    await lookup('u1')
    await join().invalidateTags(['user:u1'])
    expect(await lookup('u1')).toBe(1)
    await lookup.invalidate('u1')
    expect(await lookup('u1')).toBe(2)
    expect(invalidatedTags).toEqual(['user:u1'])
  })

  it('is not used by `fresh`, nor by lookups with revocation markers', async () => {
    const { join } = createFleet()
    const { runtime } = createRequests()
    const process = join({ runtime })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    const revocable = process.defineLookup({
      ...user(async (id) => ({ id })),
      name: 'token',
      revocationMarkers: (id) => [id],
    })
    for (let i = 0; i < 2; i++) await Promise.all([lookup.fresh('u1'), revocable('u1')])
    expect(process.stats()).toMatchObject({ user: { request: 0, redis: 1 }, token: { request: 0, redis: 1 } })
  })

  it('does not keep failures', async () => {
    const { join } = createFleet()
    const { runtime } = createRequests()
    let calls = 0
    const lookup = join({ runtime }).defineLookup(
      user(async () => {
        if (calls++ === 0) throw new Error('once')
        return 1
      }),
    )
    await expect(lookup('u1')).rejects.toThrow('once')
    expect(await lookup('u1')).toBe(1)
  })
})

it('refuses a revocable lookup inside "use cache"', async () => {
  const { join } = createFleet()
  const { runtime, now } = createRequests()
  now.cached = true
  const lookup = join({ runtime }).defineLookup({
    ...user(async (id) => ({ id })),
    revocationMarkers: (id) => [id],
  })
  await expect(lookup('u1')).rejects.toMatchObject({ code: 'inside_use_cache' })
})

describe('the Next runtime outside Next', () => {
  it('reads, refreshes and invalidates as if there were no framework', async () => {
    const { join, clock, settle } = createFleet()
    let version = 0
    const lookup = join({ runtime: createNextRuntime() }).defineLookup(user(async () => ++version))
    expect([await lookup('u1'), await lookup('u1')]).toEqual([1, 1])
    await clock.advance(250_000)
    expect(await lookup('u1')).toBe(1)
    await settle()
    expect(await lookup('u1')).toBe(2)
    await lookup.invalidate('u1')
    expect(await lookup('u1')).toBe(3)
  })
})

describe('the memo of what is put together from several lookups', () => {
  it('gives the same value in one request, and counts that as a hit', async () => {
    const { join } = createFleet()
    const { now, runtime } = createRequests()
    const process = join({ runtime })
    const once = process.defineMemo<number>('sum')
    let reads = 0
    const read = async () => ++reads
    expect([await once('k', read), await once('k', read), await once('other', read)]).toEqual([1, 1, 2])
    expect(process.stats().sum).toMatchObject({ request: 1 })
    now.request = {}
    expect(await once('k', read)).toBe(3)
  })

  it('is dropped by any invalidation in the same request: a name never returns its previous owner', async () => {
    const { join } = createFleet()
    const { runtime } = createRequests()
    const process = join({ runtime })
    const byId = process.defineLookup(user(async (id) => ({ id })))
    const once = process.defineMemo<string>('name')
    let owner = 'u1'
    expect(await once('ada', async () => owner)).toBe('u1')
    owner = 'u2'
    await join({ runtime }).invalidateTags(['user:u9'])
    expect(await once('ada', async () => owner)).toBe('u1')
    await byId.invalidate('u1')
    expect(await once('ada', async () => owner)).toBe('u2')
  })
})

describe('in a render', () => {
  it('every call with one argument gets the same promise, before anything is awaited', async () => {
    const { join } = createFleet()
    const { now, runtime } = createRequests()
    const process = join({ runtime: { ...runtime, current: () => now.request } })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    const once = process.defineMemo<number>('sum')
    expect(lookup('u1')).toBe(lookup('u1'))
    expect(lookup('u1')).not.toBe(lookup('u2'))
    expect(once('k', async () => 1)).toBe(once('k', async () => 2))
  })
})
