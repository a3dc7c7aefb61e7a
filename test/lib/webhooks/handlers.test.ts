import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  userById,
} from '@/lib/cache/clerk-cache'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { handleDelivery } from '@/lib/webhooks/handlers'
import { people } from '../../../local/seed'
import { type Services, startServices } from '../../support/services'

let services: Services

beforeAll(async () => {
  services = await startServices()
})

afterAll(() => services.close())

beforeEach(async () => {
  await services.engine.restart()
  services.clerk.resetRequests()
})

const deliver = (type: string, data: Record<string, unknown>) => handleDelivery({ id: 'msg_1', type, data })
const calls = () => services.clerk.requests().total

describe('a delivery', () => {
  test.each(['user.created', 'user.updated', 'user.deleted'])(
    '%s forgets the user and their tokens',
    async (type) => {
      await getCachedUserById(people.member)
      await getCachedOAuthToken(people.member, 'google')
      const before = calls()
      await deliver(type, { id: people.member })
      await getCachedUserById(people.member)
      await getCachedOAuthToken(people.member, 'google')
      expect(calls()).toBe(before + 2)
    },
  )

  test('forgets every name that it gives the user', async () => {
    const find = [
      () => getCachedUserByUsername('amara-okafor'),
      () => getCachedUserByEmail('amara@experts.example.com'),
      () => getCachedUserByExternalId('expert-1'),
    ]
    await Promise.all(find.map((ask) => ask()))
    await deliver('user.updated', {
      id: people.expert,
      username: 'amara-okafor',
      external_id: 'expert-1',
      email_addresses: [{ email_address: 'amara@experts.example.com' }],
    })
    const before = calls()
    await Promise.all(find.map((ask) => ask()))
    // Each name is resolved anew, and the user they lead to is loaded once for all.
    expect(calls()).toBe(before + 4)
  })

  test('of a new session leaves the user to be loaded after it is answered', async () => {
    const later = await deliver('session.created', { user_id: people.member })
    expect(calls()).toBe(0)
    await later?.()
    expect((await userById.peek(people.member))?.id).toBe(people.member)
  })

  test('repeated changes nothing more', async () => {
    for (let i = 0; i < 3; i++) await deliver('user.updated', { id: people.member })
    expect((await getCachedUserById(people.member))?.id).toBe(people.member)
  })

  test('of an unknown type is accepted', async () => {
    expect(await deliver('organization.created', { id: 'org_1' })).toBeUndefined()
  })

  test.each([{}, { id: 7 }, { id: null }])('of a user that names nobody is refused: %o', async (data) => {
    await expect(deliver('user.updated', data)).rejects.toThrow()
  })
})
