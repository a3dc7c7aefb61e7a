import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  rolesOf,
} from '@/lib/cache/clerk-cache'
import { warmUpUserCache, warmUpUsersCache } from '@/lib/cache/clerk-cache-utils'
import { listenForClerk } from '../../support/clerk-listener'
import { useServices } from '../../support/services'
import { createReceiver } from '../../support/webhook-receiver'

const services = useServices()
let app: Awaited<ReturnType<typeof listenForClerk>>
const received: string[] = []

beforeAll(async () => {
  app = await listenForClerk(createReceiver().receive, ({ type }) => received.push(type))
  services.clerk.webhooks.target({
    url: app.url,
    secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '',
  })
})

afterAll(() => app.close())

beforeEach(async () => {
  services.clerk.webhooks.resume()
  await services.clerk.webhooks.flush()
  received.length = 0
})

/** Changes something at Clerk. Its webhooks are held back until `deliver`. */
function changeWithoutWebhooks<T>(change: () => T): T {
  services.clerk.webhooks.pause()
  return change()
}

/** Delivers the webhooks that were held back, one after the other, in this order. */
async function deliver(order: 'as sent' | 'reversed') {
  services.clerk.webhooks.resume({ reversed: order === 'reversed' })
  await services.clerk.webhooks.flush()
}

const calls = () => services.clerk.requests().total

describe.each(['as sent', 'reversed'] as const)('when webhooks arrive %s', (order) => {
  test('a user who was deleted and created again is found by every name, and the old ID is not found', async () => {
    const name = `phoenix-${order.slice(0, 2)}`
    const given = { username: name, emails: [`${name}@example.com`], externalId: `crm-${name}` }
    const former = services.clerk.createUser(given)
    await services.clerk.webhooks.flush()
    await getCachedUserById(former.id)
    expect((await getCachedUserByUsername(name))?.id).toBe(former.id)
    expect((await getCachedUserByEmail(`${name}@example.com`))?.id).toBe(former.id)
    expect((await getCachedUserByExternalId(`crm-${name}`))?.id).toBe(former.id)

    const next = changeWithoutWebhooks(() => {
      services.clerk.deleteUser(former.id)
      return services.clerk.createUser(given)
    })
    await deliver(order)
    expect(received.toSorted()).toEqual(['user.created', 'user.created', 'user.deleted'])
    expect(await getCachedUserById(former.id)).toBeNull()
    expect((await getCachedUserByUsername(name))?.id).toBe(next.id)
    expect((await getCachedUserByEmail(`${name}@example.com`))?.id).toBe(next.id)
    expect((await getCachedUserByExternalId(`crm-${name}`))?.id).toBe(next.id)
  })

  test('a username that moved from one user to another leads to the other', async () => {
    const suffix = order.slice(0, 2)
    const former = services.clerk.createUser({
      username: `popular-${suffix}`,
      emails: [`f${suffix}@example.com`],
    })
    const next = services.clerk.createUser({
      username: `waiting-${suffix}`,
      emails: [`n${suffix}@example.com`],
    })
    await services.clerk.webhooks.flush()
    await getCachedUserById(next.id)
    expect((await getCachedUserByUsername(`popular-${suffix}`))?.id).toBe(former.id)

    changeWithoutWebhooks(() => {
      services.clerk.updateUser(former.id, { username: `former-${suffix}` })
      services.clerk.updateUser(next.id, { username: `popular-${suffix}` })
    })
    await deliver(order)
    expect((await getCachedUserByUsername(`popular-${suffix}`))?.id).toBe(next.id)
    expect((await getCachedUserByUsername(`former-${suffix}`))?.id).toBe(former.id)
    expect(await getCachedUserByUsername(`waiting-${suffix}`)).toBeNull()
  })
})

test('between the two webhooks a reassigned username never leads to its previous owner', async () => {
  const former = services.clerk.createUser({ username: 'between-name', emails: ['bf@example.com'] })
  const next = services.clerk.createUser({ username: 'between-next', emails: ['bn@example.com'] })
  await services.clerk.webhooks.flush()
  await Promise.all([getCachedUserByUsername('between-name'), getCachedUserByUsername('between-next')])

  services.clerk.updateUser(former.id, { username: 'between-former' })
  await services.clerk.webhooks.flush()
  changeWithoutWebhooks(() => services.clerk.updateUser(next.id, { username: 'between-name' }))
  expect((await getCachedUserByUsername('between-name'))?.id).not.toBe(former.id)
  await deliver('as sent')
  expect((await getCachedUserByUsername('between-name'))?.id).toBe(next.id)
})

test('a changed e-mail address leads to its user, and the former one to no user', async () => {
  const { id } = services.clerk.createUser({ emails: ['before@example.com'] })
  await services.clerk.webhooks.flush()
  expect(await getCachedUserByEmail('after@example.com')).toBeNull()
  expect((await getCachedUserByEmail('before@example.com'))?.id).toBe(id)
  services.clerk.updateUser(id, { primaryEmail: 'after@example.com' })
  await services.clerk.webhooks.flush()
  expect((await getCachedUserByEmail('AFTER@example.com'))?.id).toBe(id)
  expect((await getCachedUserById(id))?.primaryEmailAddress?.emailAddress).toBe('after@example.com')
})

test('an e-mail address that its user has removed can belong to another user', async () => {
  const former = services.clerk.createUser({ emails: ['shared@example.com'] })
  await services.clerk.webhooks.flush()
  expect((await getCachedUserByEmail('shared@example.com'))?.id).toBe(former.id)
  services.clerk.deleteUser(former.id)
  await services.clerk.webhooks.flush()
  expect(await getCachedUserByEmail('shared@example.com')).toBeNull()
  const next = services.clerk.createUser({ emails: ['shared@example.com'] })
  await services.clerk.webhooks.flush()
  expect((await getCachedUserByEmail('shared@example.com'))?.id).toBe(next.id)
})

test('hostile metadata gives no role and changes no prototype', async () => {
  const publicMetadata: Record<string, unknown> = JSON.parse(
    '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"polluted":true}},"toString":"x"}',
  )
  const { id } = services.clerk.createUser({ emails: ['hostile@example.com'], publicMetadata })
  const cold = await getCachedUserById(id)
  const warm = await getCachedUserById(id)
  expect(warm).toEqual(cold)
  expect(cold && rolesOf(cold)).toEqual([])
  expect('polluted' in {}).toBe(false)
})

describe('warming', () => {
  test('250 users cost 3 requests, and cached users none', async () => {
    const ids = Array.from(
      { length: 250 },
      (_, i) => services.clerk.createUser({ emails: [`w${i}@example.com`] }).id,
    )
    await services.clerk.webhooks.flush()
    services.clerk.resetRequests()
    expect(await warmUpUsersCache(ids)).toEqual({ warmed: 250, failed: 0 })
    expect(calls()).toBe(3)
    expect(await warmUpUsersCache(ids)).toEqual({ warmed: 250, failed: 0 })
    expect((await getCachedUserById(ids[200] ?? ''))?.id).toBe(ids[200])
    expect(calls()).toBe(3)
  })

  test('a user that Clerk does not return counts as failed, and nothing throws', async () => {
    services.clerk.faults.add({ status: 500, times: 1 })
    expect(await warmUpUserCache('user_2cannotbewarmed')).toEqual({ warmed: 0, failed: 1 })
    expect(await warmUpUserCache('user_2cannotbewarmed')).toEqual({ warmed: 1, failed: 0 })
  })
})
