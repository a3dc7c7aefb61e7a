import { describe, expect, test } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  userById,
} from '@/lib/cache/clerk-cache'
import { revocationMarkersOf } from '@/lib/cache/revocations'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { handleClerkEvent } from '@/lib/webhooks/handlers'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()

const deliver = (type: string, data: Record<string, unknown>) => handleClerkEvent({ type, data })
const calls = () => services.clerk.requests().total
const asked = (userId: string, sessionId?: string) =>
  userById.fresh(userId, { revocationMarkers: revocationMarkersOf(userId, sessionId) })

describe('a delivery', () => {
  test.each(['user.created', 'user.updated'])(
    '%s forgets the user, their tokens and their integrations',
    async (type) => {
      await getCachedUserById(people.member)
      await getCachedOAuthToken(people.member, 'google')
      await getConnectedIntegrations(people.member)
      const before = calls()
      await deliver(type, { id: people.member })
      await getCachedUserById(people.member)
      await getCachedOAuthToken(people.member, 'google')
      expect(calls()).toBe(before + 2)
      await getConnectedIntegrations(people.member)
      expect(calls()).toBeGreaterThan(before + 2)
    },
  )

  test('forgets every name that it gives the user', async () => {
    const find = [
      () => getCachedUserByUsername('amara-okafor'),
      () => getCachedUserByEmail('amara@experts.example.com'),
      () => getCachedUserByExternalId('expert-1'),
    ]
    await Promise.all(find.map((ask) => ask()))
    const effect = await deliver('user.updated', {
      id: people.expert,
      username: 'amara-okafor',
      external_id: 'expert-1',
      email_addresses: [{ email_address: 'amara@experts.example.com' }],
    })
    const before = calls()
    await Promise.all(find.map((ask) => ask()))
    // Each name is resolved anew, and the user they lead to is loaded once for all.
    expect(calls()).toBe(before + 4)
    expect(effect?.invalidated).toEqual([
      `user:${people.expert}`,
      `tokens:${people.expert}`,
      `integrations:${people.expert}`,
      'usernames: 1',
      'externalIds: 1',
      'emails: 1',
    ])
  })

  test('forgets the user even where their names cannot be read', async () => {
    await getCachedUserById(people.member)
    await deliver('user.updated', { id: people.member, username: 7, email_addresses: [{ address: 'x' }] })
    expect(await userById.peek(people.member)).toBeUndefined()
  })

  test('of a deleted user refuses who is still signed in, and an older update changes nothing', async () => {
    const { id } = services.clerk.createUser({ emails: ['gone@example.com'] })
    expect((await asked(id))?.id).toBe(id)
    services.clerk.deleteUser(id)
    await deliver('user.deleted', { id, object: 'user', deleted: true })
    await deliver('user.updated', { id, email_addresses: [{ email_address: 'gone@example.com' }] })
    await expect(asked(id)).rejects.toMatchObject({ code: 'revoked' })
    expect(await getCachedUserById(id)).toBeNull()
  })

  test.each(['session.ended', 'session.removed', 'session.revoked'])(
    '%s refuses that session and no other',
    async (type) => {
      await deliver(type, { id: 'sess_over', user_id: people.member })
      await expect(asked(people.member, 'sess_over')).rejects.toMatchObject({ code: 'revoked' })
      expect((await asked(people.member, 'sess_other'))?.id).toBe(people.member)
    },
  )

  test('of a new session leaves the user to be loaded after it is answered', async () => {
    const effect = await deliver('session.created', { user_id: people.member })
    expect(calls()).toBe(0)
    await effect?.later?.()
    expect((await userById.peek(people.member))?.id).toBe(people.member)
  })

  test('of a sign-in warms the tokens of connected accounts, and asks for no others', async () => {
    for (const [userId, requests] of [
      [people.member, 2],
      [people.neverConnected, 1],
    ] as const) {
      const effect = await deliver('session.created', { user_id: userId })
      const before = calls()
      await effect?.later?.()
      expect(calls() - before).toBe(requests)
    }
    const before = calls()
    expect(await getCachedOAuthToken(people.member, 'google')).toMatchObject({ status: 'ok' })
    expect(calls()).toBe(before)
  })

  test('of a sign-in while Clerk is out warms nothing, and is no error', async () => {
    const effect = await deliver('session.created', { user_id: people.member })
    services.clerk.faults.add({ status: 500 })
    await effect?.later?.()
    services.clerk.faults.clear()
    expect(await userById.peek(people.member)).toBeUndefined()
  })

  test('of an unknown type is accepted', async () => {
    expect(await deliver('organization.created', { id: 'org_1' })).toBeUndefined()
  })

  test.each([{}, { id: 7 }, { id: null }, { id: '' }])('that names nobody is refused: %o', async (data) => {
    for (const type of ['user.updated', 'user.deleted', 'session.revoked', 'session.created'])
      await expect(deliver(type, data)).rejects.toThrow()
  })
})
