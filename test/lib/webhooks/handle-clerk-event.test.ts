import { verifyWebhook } from '@clerk/nextjs/webhooks'
import { NextRequest } from 'next/server'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  userById,
} from '@/lib/cache/clerk-cache'
import { revocationMarkersOf } from '@/lib/cache/revocation-markers'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { tokenHandlers } from '@/lib/integrations/token-handlers'
import { scopedPriority } from '@/lib/lookup/priority'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { addWebhookHandlers } from '@/lib/webhooks/handlers'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'

const services = useServices()
addWebhookHandlers('tokens', tokenHandlers)

const deliver = (type: string, data: object) => handleClerkEvent({ type, data })
const calls = () => services.clerk.requests().total
const asked = (userId: string, sessionId?: string) =>
  userById.fresh(userId, { revocationMarkers: revocationMarkersOf(userId, sessionId) })

describe('a webhook', () => {
  test.each(['user.created', 'user.updated'])(
    '%s invalidates the user, their tokens and their integrations',
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

  test('invalidates every name that it gives the user', async () => {
    const find = [
      () => getCachedUserByUsername('amara-okafor'),
      () => getCachedUserByEmail('amara@experts.example.com'),
      () => getCachedUserByExternalId('expert-1'),
    ]
    await Promise.all(find.map((ask) => ask()))
    const { invalidated } = await deliver('user.updated', {
      id: people.expert,
      username: 'amara-okafor',
      external_id: 'expert-1',
      email_addresses: [{ email_address: 'amara@experts.example.com' }],
    })
    const before = calls()
    await Promise.all(find.map((ask) => ask()))
    // Each name is resolved again, and the user is loaded once.
    expect(calls()).toBe(before + 4)
    expect(invalidated).toEqual([
      ...['user', 'tokens', 'integrations'],
      ...['1 username', '1 e-mail address', '1 external ID'],
    ])
  })

  // Next compares each tag that a request invalidates with all the others.
  test('about more than 1000 e-mail addresses invalidates those of all users, by one tag', async () => {
    await getCachedUserByEmail('amara@experts.example.com')
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ email_address: `a${i}@example.com` }))
    const data = { id: people.member, username: 'mia-moreau', external_id: null }
    const most = await deliver('user.updated', { ...data, email_addresses: addresses(1000) })
    expect(most.invalidated).toContain('1000 e-mail addresses')
    const before = calls()
    await getCachedUserByEmail('amara@experts.example.com')
    expect(calls()).toBe(before)
    const { invalidated } = await deliver('user.updated', { ...data, email_addresses: addresses(1001) })
    expect(invalidated).toContain('all e-mail addresses')
    await getCachedUserByEmail('amara@experts.example.com')
    expect(calls()).toBeGreaterThan(before)
  })

  test('invalidates the user and every name if its names cannot be read', async () => {
    expect(await getCachedUserByUsername('mia-renamed')).toBeNull()
    await getCachedUserById(people.member)
    services.clerk.updateUser(people.member, { username: 'mia-renamed' })
    const data = { id: people.member, username: 7, email_addresses: [{ address: 'x' }], external_id: null }
    const { invalidated } = await deliver('user.updated', data)
    expect(invalidated).toEqual([
      ...['user', 'tokens', 'integrations', 'all usernames', 'all e-mail addresses'],
    ])
    expect(await userById.peek(people.member)).toBeUndefined()
    expect((await getCachedUserByUsername('mia-renamed'))?.id).toBe(people.member)
    services.clerk.updateUser(people.member, { username: 'mia-moreau' })
  })

  test('of a deleted user ends the access of their sessions, and an older update changes nothing', async () => {
    const { id } = services.clerk.createUser({ emails: ['gone@example.com'] })
    expect((await asked(id))?.id).toBe(id)
    services.clerk.deleteUser(id)
    await deliver('user.deleted', { id, object: 'user', deleted: true })
    await deliver('user.updated', { id, email_addresses: [{ email_address: 'gone@example.com' }] })
    await expect(asked(id)).rejects.toMatchObject({ code: 'revoked' })
    expect(await getCachedUserById(id)).toBeNull()
  })

  test.each(['session.ended', 'session.removed', 'session.revoked'])(
    '%s ends the access of that session and no other',
    async (type) => {
      await deliver(type, { id: 'sess_over', user_id: people.member })
      await expect(asked(people.member, 'sess_over')).rejects.toMatchObject({ code: 'revoked' })
      expect((await asked(people.member, 'sess_other'))?.id).toBe(people.member)
    },
  )

  test('of a new session loads the user after the answer', async () => {
    const { later } = await deliver('session.created', { user_id: people.member })
    expect(calls()).toBe(0)
    await later()
    expect((await userById.peek(people.member))?.id).toBe(people.member)
  })

  test('of a new session warms the tokens of the connected accounts only', async () => {
    for (const [userId, requests] of [
      [people.member, 2],
      [people.neverConnected, 1],
    ] as const) {
      const { later } = await deliver('session.created', { user_id: userId })
      const before = calls()
      await later()
      expect(calls() - before).toBe(requests)
    }
    const before = calls()
    expect(await getCachedOAuthToken(people.member, 'google')).toMatchObject({ status: 'ok' })
    expect(calls()).toBe(before)
  })

  test('of a new session while Clerk is down warms nothing and is not an error', async () => {
    const { later } = await deliver('session.created', { user_id: people.member })
    services.clerk.faults.add({ status: 500 })
    await later()
    services.clerk.faults.clear()
    expect(await userById.peek(people.member)).toBeUndefined()
  })

  test('of an unknown type is not handled, and is not an error', async () => {
    expect(await deliver('organization.created', { id: 'org_1' })).toMatchObject({
      handled: false,
      invalidated: [],
    })
  })

  test.each([{}, { id: 7 }, { id: null }, { id: '' }])('without an ID is refused: %o', async (data) => {
    for (const type of ['user.updated', 'user.deleted', 'session.revoked', 'session.created'])
      await expect(deliver(type, data)).rejects.toMatchObject({ code: 'bad_payload' })
  })
})

/** The webhook route of an app that has one already, as Clerk's documentation shows it. */
async function ownRoute(request: NextRequest) {
  const event = await verifyWebhook(request, {
    signingSecret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '',
  })
  await handleClerkEvent(event)
  return new Response('ok')
}

test("your own route that passes on what Clerk's verifyWebhook returns invalidates", async () => {
  await getCachedUserById(people.member)
  services.clerk.updateUser(people.member, { firstName: 'Miriam' })
  const secret = services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
  const body = eventOf('user.updated', { id: people.member })
  const response = await ownRoute(new NextRequest(webhookRequest(body, { secret })))
  expect(response.status).toBe(200)
  expect((await getCachedUserById(people.member))?.firstName).toBe('Miriam')
  services.clerk.updateUser(people.member, { firstName: 'Mia' })
})

describe('the handlers of a part', () => {
  const handled: string[] = []
  const handler = (name: string) => async () => {
    handled.push(name)
    return { invalidated: [name] }
  }

  beforeEach(() => {
    handled.length = 0
    addWebhookHandlers('test', {})
    addWebhookHandlers('other', {})
  })

  test('are replaced when they are added again under the same name', async () => {
    addWebhookHandlers('test', { 'organization.created': handler('first') })
    addWebhookHandlers('test', { 'organization.created': handler('second') })
    await deliver('organization.created', {})
    expect(handled).toEqual(['second'])
  })

  test('run for one type together with those of other parts', async () => {
    addWebhookHandlers('test', { 'user.updated': handler('test') })
    await getCachedUserById(people.member)
    const { invalidated } = await deliver('user.updated', { id: people.member })
    expect(invalidated).toEqual(expect.arrayContaining(['user', 'test']))
    expect(await userById.peek(people.member)).toBeUndefined()
  })

  test('run to their end when another part fails, and the failure is thrown', async () => {
    addWebhookHandlers('test', { 'organization.created': () => Promise.reject(new Error('it failed')) })
    addWebhookHandlers('other', { 'organization.created': handler('other') })
    await expect(deliver('organization.created', {})).rejects.toThrow('it failed')
    expect(handled).toEqual(['other'])
  })

  test('are not found by a type that every object has, such as "constructor"', async () => {
    expect(await deliver('constructor', {})).toMatchObject({ handled: false })
  })
})

test('a webhook asks Clerk before visitors do', async () => {
  const seen: unknown[] = []
  addWebhookHandlers('priority', {
    'test.priority': async () => {
      seen.push(scopedPriority())
      return {}
    },
  })
  await handleClerkEvent({ type: 'test.priority', data: {} })
  expect(seen).toEqual(['high'])
})
