import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  getCachedUsersByIds,
  userIdsByRole,
} from '@/lib/cache/clerk-cache'
import { invalidateAllUserCache, invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { lookups } from '@/lib/cache/lookups'
import { SavedButStaleError, updateUserMetadata, updateUserProfile } from '@/lib/cache/user-writes'
import { ClerkError } from '@/lib/clerk/error'
import { onClerkRequest } from '@/lib/clerk/events'
import { redis } from '@/lib/config'
import { people, seed } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ performanceClock: true })

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

  test('a user that Clerk does not know is null, and that is cached', async () => {
    expect(await getCachedUserById('user_2doesnotexist')).toBeNull()
    expect(await getCachedUserById('user_2doesnotexist')).toBeNull()
    expect(calls()).toBe(1)
  })

  test('a text that cannot be an ID is null and is not sent to Clerk', async () => {
    expect(await getCachedUserById('../users?limit=500')).toBeNull()
    expect(calls()).toBe(0)
  })

  test('twelve users that are not cached cost one request, and cached ones none', async () => {
    const ids = expertIds.slice(0, 12)
    const cold = await getCachedUsersByIds(ids)
    expect(cold.map(({ id }) => id)).toEqual(ids)
    expect(calls()).toBe(1)
    expect(await getCachedUsersByIds(ids)).toEqual(cold)
    expect(calls()).toBe(1)
  })

  test('unknown IDs are left out and the order of the list is kept', async () => {
    await expect(getCachedUsersByIds([`${people.member} ${people.admin}`])).resolves.toEqual([])
    const users = await getCachedUsersByIds([people.member, 'user_2doesnotexist', people.admin])
    expect(users.map(({ id }) => id)).toEqual([people.member, people.admin])
  })

  test('a username leads to its user in upper and lower case', async () => {
    const user = await getCachedUserByUsername('AMARA-Okafor')
    expect(user?.id).toBe(people.expert)
  })

  test.each([
    ['its previous owner', people.member, undefined],
    ['its new owner', people.neverConnected, undefined],
    ['its new owner, by the name', people.neverConnected, 'mia-moreau'],
  ])('a username that has moved leads to its new owner after an invalidation of %s', async (_, who, name) => {
    await getCachedUserByUsername('mia-moreau')
    services.clerk.updateUser(people.member, { username: 'mia-before' })
    services.clerk.updateUser(people.neverConnected, { username: 'mia-moreau' })
    await invalidateAllUserCache(who, name)
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

  test('a role gives the IDs of the users who have it', async () => {
    expect(await userIdsByRole('admin')).toEqual([people.admin])
    expect(new Set(await userIdsByRole('expert'))).toEqual(new Set(expertIds))
  })

  test('a user has phone numbers, wallets and settings under the names of Clerk', async () => {
    const settings = { totpEnabled: true, createOrganizationsLimit: 3, legalAcceptedAt: 1, locale: 'de' }
    const { id } = services.clerk.createUser({ emails: [], phones: ['+491'], wallets: ['0x1'], settings })
    expect(await getCachedUserById(id)).toMatchObject({
      primaryPhoneNumber: { phoneNumber: '+491', verification: { status: 'verified' } },
      ...{ primaryWeb3Wallet: { web3Wallet: '0x1' }, twoFactorEnabled: true, ...settings },
    })
  })

  test('private metadata never enters the cache', async () => {
    services.clerk.updateUser(people.admin, { privateMetadata: { secret: 'canary-private' } })
    expect(JSON.stringify(await getCachedUserById(people.admin))).not.toContain('canary-private')
  })
})

describe('other names of a user', () => {
  test('a user read twice by name costs Clerk two requests, one for the name and one for the user', async () => {
    await getCachedUserByUsername('amara-okafor')
    expect(calls()).toBe(2)
    await getCachedUserByUsername('amara-okafor')
    expect(calls()).toBe(2)
  })

  test('a new name is not found while that is cached, and is found once it was invalidated', async () => {
    expect(await getCachedUserByUsername('mia-later')).toBeNull()
    services.clerk.updateUser(people.member, { username: 'mia-later' })
    expect(await getCachedUserByUsername('mia-later')).toBeNull()
    await invalidateUserCache(people.member, { usernames: ['mia-later'] })
    expect((await getCachedUserByUsername('mia-later'))?.id).toBe(people.member)
    services.clerk.updateUser(people.member, { username: 'mia-moreau' })
  })

  test('a verified e-mail address leads to its user in upper and lower case', async () => {
    expect((await getCachedUserByEmail('MIA@example.com'))?.id).toBe(people.member)
  })

  // A mail server can tell them apart, so one of them may be somebody else's.
  test.each(['\uff4dia@example.com', '\u24dcia@example.com', 'm\u2071a@example.com', 'mia@example\uff0ecom'])(
    'an address that only looks like a verified one leads to nobody: %s',
    async (address) => {
      expect(await getCachedUserByEmail('mia@example.com')).not.toBeNull()
      expect(await getCachedUserByEmail(address)).toBeNull()
    },
  )

  test.each(['\u24d0mara-okafor', 'amara-o\u212aafor'])(
    'a username that only looks like one leads to nobody: %s',
    async (name) => {
      expect(await getCachedUserByUsername('amara-okafor')).not.toBeNull()
      expect(await getCachedUserByUsername(name)).toBeNull()
    },
  )

  test('an e-mail address is not in any Redis key or event', async () => {
    const events: unknown[] = []
    const stop = lookups().on((event) => events.push(event))
    await getCachedUserByEmail('mia@example.com')
    await invalidateUserCache(people.member, { emails: ['mia@example.com'] })
    stop()
    const keys = await redis().run('keys', (client) => client.keys('*'))
    expect(keys.some((key) => key.includes(':e:email.'))).toBe(true)
    expect(JSON.stringify([keys, events])).not.toContain('mia@example')
  })

  test('an external id leads to its user', async () => {
    expect((await getCachedUserByExternalId('expert-1'))?.id).toBe(people.expert)
  })

  test('an address that its user has removed leads to no user', async () => {
    await getCachedUserByEmail('noah@example.com')
    services.clerk.updateUser(people.neverConnected, { primaryEmail: 'noah.baker@example.com' })
    await invalidateUserCache(people.neverConnected)
    expect((await getCachedUserByEmail('noah.baker@example.com'))?.id).toBe(people.neverConnected)
    services.clerk.updateUser(people.neverConnected, { primaryEmail: 'noah@example.com' })
  })

  test.each(['a:b', '*', 'user_1\0', '‮evil', '__proto__', 'x'.repeat(10_000), "' OR 1=1", '%00', '🦊'])(
    'a hostile name leads to no user: %j',
    async (name) => {
      expect(await getCachedUserByUsername(name)).toBeNull()
      expect(await getCachedUserByEmail(name)).toBeNull()
      expect(await getCachedUserByExternalId(name)).toBeNull()
    },
  )
})

describe('writing a user', () => {
  test('the writer reads their own write', async () => {
    await getCachedUserById(people.admin)
    const saved = await updateUserProfile(people.admin, { firstName: 'Adele' })
    expect(saved.firstName).toBe('Adele')
    expect(await getCachedUserById(people.admin)).toEqual(saved)
    await updateUserProfile(people.admin, { firstName: 'Ada' })
  })

  test('metadata is merged, and null deletes', async () => {
    await updateUserMetadata(people.admin, { unsafeMetadata: { a: { b: 1, c: 2 } } })
    await updateUserMetadata(people.admin, { unsafeMetadata: { a: { b: null } } })
    expect((await getCachedUserById(people.admin))?.unsafeMetadata).toEqual({ a: { c: 2 } })
  })

  test('a rename leaves no cached name behind', async () => {
    await getCachedUserByUsername('ada-lindgren')
    await updateUserProfile(people.admin, { username: 'ada-l' })
    expect(await getCachedUserByUsername('ada-lindgren')).toBeNull()
    expect((await getCachedUserByUsername('ada-l'))?.id).toBe(people.admin)
    await updateUserProfile(people.admin, { username: 'ada-lindgren' })
  })

  test('a change that Redis did not confirm is an error that has the new user in it', async () => {
    services.upstash.faults.set({ reset: 'before' })
    const error = await updateUserProfile(people.admin, { lastName: 'Berg' }).catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(SavedButStaleError)
    expect(error).toMatchObject({ code: 'saved_but_stale', user: { lastName: 'Berg' } })
    services.upstash.faults.clear()
    await updateUserProfile(people.admin, { lastName: 'Lindgren' })
  })

  test('a change that Clerk refuses changes nothing', async () => {
    await expect(updateUserProfile(people.admin, { username: 'mia-moreau' })).rejects.toMatchObject({
      code: 'clerk_refused',
    })
    expect((await getCachedUserById(people.admin))?.username).toBe('ada-lindgren')
  })
})

test('the events report every request that Clerk has received', async () => {
  let reported = 0
  const off = onClerkRequest('test', () => reported++)
  services.clerk.faults.add({ status: 500, times: 1 })
  await getCachedUserById(people.member).catch(() => undefined)
  await Promise.all([
    getCachedUsersByIds(expertIds),
    getCachedUserByUsername('mia-moreau'),
    userIdsByRole('admin'),
  ])
  await updateUserProfile(people.admin, { firstName: 'Ada' })
  off()
  expect(reported).toBe(calls())
})

describe('when Redis or Clerk is down', () => {
  // The breaker may still be open because of the test before.
  beforeEach(async () => {
    const ping = () => redis().run('ping', (client) => client.ping())
    await expect.poll(() => ping().catch(() => undefined)).toBe('PONG')
    services.upstash.resetCounts()
  })

  test('without Redis users come from Clerk', async () => {
    services.upstash.faults.set({ reset: 'before' })
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  })

  test('an invalidation that Redis did not confirm is an error, and the message says to repeat it', async () => {
    services.upstash.faults.set({ reset: 'before' })
    await expect(invalidateUserCache(people.expert)).rejects.toMatchObject({
      code: 'invalidation_unconfirmed',
    })
    await expect(invalidateUserCache(people.expert)).rejects.toThrow(/repeat it/)
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

  test('a 429 pauses this process for as long as Clerk says', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7, times: 1 })
    await expect(getCachedUserById(people.expert)).rejects.toMatchObject({ retryAfter: 7 })
    vi.advanceTimersByTime(4_000)
    await expect(getCachedUserById(people.admin)).rejects.toMatchObject({
      code: 'clerk_rate_limited',
      retryAfter: 3,
    })
    expect(calls()).toBe(1)
    // Redis uses its own clock, which the test does not change.
    await redis().run('del', (client) => client.del('ck:clerk-paused'))
    vi.advanceTimersByTime(3_001)
    expect((await getCachedUserById(people.admin))?.id).toBe(people.admin)
  })

  test('a 429 in another process pauses this one too', async () => {
    await redis().run('set', (client) => client.set('ck:clerk-paused', '1', { ex: 5 }))
    await expect(getCachedUserById(people.expert)).rejects.toMatchObject({ code: 'clerk_rate_limited' })
    expect(calls()).toBe(0)
  })

  test('an expired user is served during the pause', async () => {
    await getCachedUserById(people.expert)
    const keys = await redis().run('keys', (client) => client.keys('ck:[hs]:user*'))
    await redis().run('del', (client) => client.del(...keys))
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  })

  test('an error is not cached', async () => {
    services.clerk.faults.add({ status: 500 })
    await expect(getCachedUserById(people.expert)).rejects.toThrow()
    services.clerk.faults.clear()
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  })
})
