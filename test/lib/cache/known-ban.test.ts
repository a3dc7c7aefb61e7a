import { describe, expect, test } from 'vitest'
import { getUserRoles } from '@/lib/auth/roles.server'
import { userOfSession } from '@/lib/auth/session-user'
import { userById } from '@/lib/cache/clerk-cache'
import { findMembership } from '@/lib/cache/organization-cache'
import { getCachedOAuthToken, withOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { CALENDAR_SCOPE } from '@/lib/integrations/providers'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { webhookUserJson } from '../../../local/clerk/json'
import { useServices } from '../../support/services'

const services = useServices()

function connectedUser() {
  const { id } = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] })
  services.clerk.connect(id, { scopes: [CALENDAR_SCOPE] })
  return id
}

test('a banned user gets no token after the revocation marker has expired', async () => {
  const id = connectedUser()
  const user = services.clerk.updateUser(id, { banned: true })
  await handleClerkEvent({ type: 'user.updated', data: webhookUserJson(user, services.clerk.url) })
  await redis().run('unlink', (client) => client.unlink(`ck:g:user:${id}`))
  expect(await getCachedOAuthToken(id, 'google')).toEqual({ status: 'revoked' })
  let used = false
  const use = async () => {
    used = true
  }
  expect(await withOAuthToken(id, 'google', use)).toEqual({ status: 'revoked' })
  expect(used).toBe(false)
})

test('without webhooks a ban ends tokens as soon as the cache has the user again, although theirs are cached', async () => {
  const id = connectedUser()
  expect(await getCachedOAuthToken(id, 'google')).toMatchObject({ status: 'ok' })
  services.clerk.updateUser(id, { banned: true })
  await userById.fresh(id)
  expect(await getCachedOAuthToken(id, 'google')).toEqual({ status: 'revoked' })
})

describe('after Redis has lost its data', () => {
  const lost = () => redis().run('flushall', (client) => client.flushall())
  const inSession = { sessionId: 'sess_1' }

  test.each(['banned', 'locked', 'deprovisioned'])(
    'a user who is %s gets no token in a session',
    async (flag) => {
      const id = connectedUser()
      const user = services.clerk.updateUser(id, { [flag]: true })
      await handleClerkEvent({ type: 'user.updated', data: webhookUserJson(user, services.clerk.url) })
      await lost()
      expect(await getCachedOAuthToken(id, 'google', inSession)).toEqual({ status: 'revoked' })
      expect(await withOAuthToken(id, 'google', async () => 'used', inSession)).toEqual({ status: 'revoked' })
    },
  )

  test('a banned user has no session, no role and no membership', async () => {
    const { id } = services.clerk.createUser({
      ...{ emails: ['gone@example.com'], publicMetadata: { role: 'admin' } },
    })
    const organization = services.clerk.organizations.create({ name: 'Acme', createdBy: id })
    const of = { userId: id, organizationId: organization.id }
    expect(await getUserRoles(id)).toEqual(['admin'])
    expect(await findMembership(of)).toMatchObject({ role: 'org:admin' })
    const user = services.clerk.updateUser(id, { banned: true })
    await handleClerkEvent({ type: 'user.updated', data: webhookUserJson(user, services.clerk.url) })
    for (const read of [
      () => userOfSession({ userId: id, ...inSession }),
      () => findMembership(of),
      async () => (await getUserRoles(id))[0] ?? null,
    ]) {
      await lost()
      expect(await read()).toBeNull()
    }
  })

  test('nobody gets a token in a session while Clerk cannot say whether they are banned', async () => {
    const id = connectedUser()
    await lost()
    services.clerk.faults.add({ route: 'GET /v1/users', status: 500, times: 9 })
    expect(await getCachedOAuthToken(id, 'google', inSession)).toEqual({ status: 'unavailable' })
    services.clerk.faults.clear()
    expect(await getCachedOAuthToken(id, 'google', inSession)).toMatchObject({ status: 'ok' })
  })

  test('a user in grace, who may have been banned since, does not decide who gets a token in a session', async () => {
    const id = connectedUser()
    await userById.fresh(id)
    await getCachedOAuthToken(id, 'google', inSession)
    const hard = (await redis().run('keys', (client) => client.keys(`ck:h:user.*:${id}`)))[0] ?? ''
    await redis().run('unlink', (client) => client.unlink(hard, hard.replace(':h:', ':s:')))
    services.clerk.faults.add({ route: 'GET /v1/users', status: 500, times: 9 })
    expect((await userById.fresh(id))?.id).toBe(id)
    expect(await getCachedOAuthToken(id, 'google', inSession)).toEqual({ status: 'unavailable' })
    services.clerk.faults.clear()
  })

  test('a token that is cached for a user whom Clerk does not have is not for a session', async () => {
    const id = connectedUser()
    await getCachedOAuthToken(id, 'google', inSession)
    services.clerk.webhooks.pause()
    services.clerk.deleteUser(id)
    const keys = await redis().run('keys', (client) => client.keys(`ck:*:user.*:${id}`))
    await redis().run('unlink', (client) => client.unlink(...keys))
    expect(await getCachedOAuthToken(id, 'google', inSession)).toEqual({ status: 'revoked' })
    services.clerk.webhooks.resume()
  })
})

test.each([
  ['in a job', {}],
  ['in a session', { sessionId: 'sess_1' }],
])('a token that is cached costs one command, the user included, %s', async (_, options) => {
  const id = connectedUser()
  await userById.fresh(id)
  await getCachedOAuthToken(id, 'google', options)
  services.upstash.resetCounts()
  expect(await getCachedOAuthToken(id, 'google', options)).toMatchObject({ status: 'ok' })
  expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
})
