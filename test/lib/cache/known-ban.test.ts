import { expect, test } from 'vitest'
import { userById } from '@/lib/cache/clerk-cache'
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

test('a token that is cached costs one command, the user included', async () => {
  const id = connectedUser()
  await userById.fresh(id)
  await getCachedOAuthToken(id, 'google')
  services.upstash.resetCounts()
  expect(await getCachedOAuthToken(id, 'google')).toMatchObject({ status: 'ok' })
  expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
})
