import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  getCachedUserById,
  getCachedUserByUsername,
  getCachedUsersByIds,
  userIdsByRole,
} from '@/lib/cache/clerk-cache'
import { invalidateAllUserCache, invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { ClerkError } from '@/lib/clerk'
import { InvalidationError } from '@/lib/lookup/define-lookup'
import { people, seed } from '../../../local/seed'
import { type Services, startServices } from '../../support/services'

let services: Services

beforeAll(async () => {
  services = await startServices()
})

afterAll(() => services.close())

beforeEach(async () => {
  services.upstash.faults.clear()
  services.clerk.faults.clear()
  await services.engine.restart()
  services.clerk.resetRequests()
  services.upstash.resetCounts()
})

const calls = () => services.clerk.requests().total
const expertIds = seed.users
  .filter(({ publicMetadata }) => publicMetadata?.role === 'expert')
  .map(({ id }) => id)

describe('users through the cache', () => {
  test('a user read twice costs Clerk one request', async () => {
    const first = await getCachedUserById(people.expert)
    const second = await getCachedUserById(people.expert)
    expect(second).toEqual(first)
    expect(first).toMatchObject({ id: people.expert, firstName: 'Amara', fullName: 'Amara Okafor' })
    expect(calls()).toBe(1)
  })

  test('a user that Clerk does not know is null, and is remembered as that', async () => {
    expect(await getCachedUserById('user_2doesnotexist')).toBeNull()
    expect(await getCachedUserById('user_2doesnotexist')).toBeNull()
    expect(calls()).toBe(1)
  })

  test('an id that cannot be one is null and never sent', async () => {
    expect(await getCachedUserById('../users?limit=500')).toBeNull()
    expect(calls()).toBe(0)
  })

  test('twelve cold users are one request, twelve warm ones none', async () => {
    const ids = expertIds.slice(0, 12)
    const cold = await getCachedUsersByIds(ids)
    expect(cold.map(({ id }) => id)).toEqual(ids)
    expect(calls()).toBe(1)
    expect(await getCachedUsersByIds(ids)).toEqual(cold)
    expect(calls()).toBe(1)
  })

  test('unknown ids are left out and the order asked is kept', async () => {
    const users = await getCachedUsersByIds([people.member, 'user_2doesnotexist', people.admin])
    expect(users.map(({ id }) => id)).toEqual([people.member, people.admin])
  })

  test('a username leads to its user whatever its case', async () => {
    const user = await getCachedUserByUsername('AMARA-Okafor')
    expect(user?.id).toBe(people.expert)
  })

  test('a username that has moved to another user never leads to its previous owner', async () => {
    await getCachedUserByUsername('mia-moreau')
    services.clerk.updateUser(people.member, { username: 'mia-before' })
    services.clerk.updateUser(people.neverConnected, { username: 'mia-moreau' })
    await invalidateAllUserCache(people.member)
    expect((await getCachedUserByUsername('mia-moreau'))?.id).toBe(people.neverConnected)
    services.clerk.updateUser(people.neverConnected, { username: 'noah-baker' })
    services.clerk.updateUser(people.member, { username: 'mia-moreau' })
  })

  test('after an invalidation the new value is read', async () => {
    await getCachedUserById(people.admin)
    services.clerk.updateUser(people.admin, { firstName: 'Adele' })
    await invalidateUserCache(people.admin)
    expect((await getCachedUserById(people.admin))?.firstName).toBe('Adele')
    services.clerk.updateUser(people.admin, { firstName: 'Ada' })
  })

  test('a role gives the ids of those who have it', async () => {
    expect(await userIdsByRole('admin')).toEqual([people.admin])
    expect(new Set(await userIdsByRole('expert'))).toEqual(new Set(expertIds))
  })

  test('private metadata never enters the cache', async () => {
    services.clerk.updateUser(people.admin, { privateMetadata: { secret: 'canary-private' } })
    expect(JSON.stringify(await getCachedUserById(people.admin))).not.toContain('canary-private')
  })
})

describe('when something is out', () => {
  test('without Redis users still come from Clerk', async () => {
    services.upstash.faults.set({ reset: 'before' })
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  })

  test('a Redis that hangs delays a read by its deadline only', async () => {
    services.upstash.faults.set({ hang: 'before' })
    const started = performance.now()
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test('an invalidation that Redis did not confirm is an error, and says that repeating is safe', async () => {
    services.upstash.faults.set({ reset: 'before' })
    await expect(invalidateUserCache(people.expert)).rejects.toThrow(InvalidationError)
    await expect(invalidateUserCache(people.expert)).rejects.toThrow(/Repeat it; that is safe/)
  })

  test.each([
    [{ status: 500 }, 'clerk_unavailable'],
    [{ status: 429, retryAfter: 7 }, 'clerk_rate_limited'],
    [{ status: 401 }, 'clerk_unauthorized'],
    [{ connection: 'refuse' as const }, 'clerk_unavailable'],
  ])('Clerk answering %o is %s, without the key', async (fault, code) => {
    services.clerk.faults.add(fault)
    const error = await getCachedUserById(people.expert).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ClerkError)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error) + String(error)).not.toContain(services.clerk.secretKey)
  })

  test('an error is not remembered', async () => {
    services.clerk.faults.add({ status: 500 })
    await expect(getCachedUserById(people.expert)).rejects.toThrow()
    services.clerk.faults.clear()
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  })
})
