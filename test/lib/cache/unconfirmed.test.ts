import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { getCachedUserById, rolesOf, userById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { revokeSession } from '@/lib/cache/revocations'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { updateUserMetadata } from '@/lib/cache/user-writes'
import { redis } from '@/lib/config'
import { CALENDAR_SCOPE } from '@/lib/integrations/providers'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { webhookUserJson } from '../../../local/clerk/json'
import { useServices } from '../../support/services'

const services = useServices()
const unconfirmed = { code: 'invalidation_unconfirmed' }
const session = () => ({ userId, sessionId: `sess_of_${userId}` })
const roles = async () => {
  const user = await userById.fresh(userId, { grace: false })
  return user ? rolesOf(user) : []
}
const token = async () => (await getCachedOAuthToken(userId, 'google')).status

/** A user who is cached with the role `admin`, and their token. */
let userId = ''
beforeEach(async () => {
  await redisIsBack()
  const { id } = services.clerk.createUser({
    emails: [`u${services.clerk.users().length}@example.com`],
    publicMetadata: { role: 'admin' },
  })
  userId = id
  services.clerk.connect(userId, { scopes: [CALENDAR_SCOPE] })
  expect(await roles()).toEqual(['admin'])
  expect((await userOfSession(session()))?.id).toBe(userId)
  expect(await token()).toBe('ok')
})
afterEach(() => services.upstash.faults.clear())

const everything = { reset: 'before' as const }
const answers = { reset: 'after' as const, only: ['unlink', 'set'] }

/** Does what fails while Redis does, and waits until Redis is back and the breaker is closed. */
async function whileRedisFails(fault: object, work: () => Promise<unknown>) {
  services.upstash.faults.set({ ...fault })
  await work()
  services.upstash.faults.clear()
  await redisIsBack()
}
const redisIsBack = () =>
  expect
    .poll(
      () =>
        redis()
          .run('ping', (client) => client.ping())
          .catch(() => undefined),
      { timeout: 20_000 },
    )
    .toBe('PONG')

const update = async () => {
  const user = services.clerk.users().find(({ id }) => id === userId)
  if (!user) throw new Error(`There is no ${userId}`)
  return handleClerkEvent({ type: 'user.updated', data: webhookUserJson(user, services.clerk.url) })
}
const demote = () => services.clerk.updateUser(userId, { publicMetadata: { role: 'member' } })

describe.each([
  ['was lost', everything],
  ['was done, and the answer was lost', answers],
])('a change whose invalidation %s', (_, fault) => {
  test('by a webhook, which has taken a role, is true once Redis is back', async () => {
    demote()
    await whileRedisFails(fault, () => expect(update()).rejects.toMatchObject(unconfirmed))
    expect(await roles()).toEqual(['member'])
  })

  test('by a server action, which has taken a role, is true once Redis is back', async () => {
    await whileRedisFails(fault, () =>
      expect(updateUserMetadata(userId, { publicMetadata: { role: 'member' } })).rejects.toMatchObject({
        code: 'saved_but_stale',
      }),
    )
    expect(await roles()).toEqual(['member'])
  })

  test('a revoked session is refused, and gets no token', async () => {
    await whileRedisFails(fault, () =>
      expect(revokeSession(session().sessionId)).rejects.toMatchObject(unconfirmed),
    )
    expect(await userOfSession(session())).toBeNull()
    const { sessionId } = session()
    expect((await getCachedOAuthToken(userId, 'google', { sessionId })).status).toBe('revoked')
  })

  test('a banned user is refused, and gets no token', async () => {
    services.clerk.updateUser(userId, { banned: true })
    await whileRedisFails(fault, () => expect(update()).rejects.toMatchObject(unconfirmed))
    expect(await userOfSession(session())).toBeNull()
    expect(await token()).toBe('revoked')
  })

  test('a deleted user is refused, and gets no token', async () => {
    services.clerk.deleteUser(userId)
    const deleted = () =>
      handleClerkEvent({ type: 'user.deleted', data: { id: userId, deleted: true, object: 'user' } })
    await whileRedisFails(fault, () => expect(deleted()).rejects.toMatchObject(unconfirmed))
    expect(await userOfSession(session())).toBeNull()
    expect(await token()).toBe('revoked')
  })
})

test('what was not confirmed is gone for the other processes too, without a read', async () => {
  const version = () => redis().run('get', (client) => client.get(`ck:f:user:${userId}`))
  expect(await version()).not.toBeNull()
  services.upstash.faults.set(everything)
  await expect(invalidateUserCache(userId)).rejects.toMatchObject(unconfirmed)
  services.upstash.faults.clear()
  expect(await version()).not.toBeNull()
  await expect.poll(version, { timeout: 20_000 }).toBeNull()
})

test('a user that nothing was invalidated for costs one command meanwhile', async () => {
  const other = services.clerk.createUser({ emails: ['other@example.com'] })
  await getCachedUserById(other.id)
  services.upstash.faults.set({ only: ['unlink'], reset: 'before' })
  await expect(invalidateUserCache(userId)).rejects.toMatchObject(unconfirmed)
  services.upstash.resetCounts()
  await getCachedUserById(other.id)
  expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
})
