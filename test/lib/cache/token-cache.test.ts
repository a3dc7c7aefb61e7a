import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { revokeSession, revokeUser } from '@/lib/cache/revocations'
import { getCachedOAuthToken, invalidateOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { CALENDAR_SCOPE } from '@/lib/integrations/providers'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ performanceClock: true })

async function connectedToken() {
  const result = await getCachedOAuthToken(people.member, 'google')
  if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
  return result.token
}

describe('an OAuth token through the cache', () => {
  test('is loaded once, and the provider accepts it', async () => {
    const first = await connectedToken()
    const second = await connectedToken()
    expect(second.reveal()).toBe(first.reveal())
    expect(services.clerk.tokenInfo(first.reveal())?.userId).toBe(people.member)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is not in Redis in plain text', async () => {
    const token = await connectedToken()
    const keys = await redis().run('keys', (client) => client.keys('*'))
    const dump = [...keys, ...(await redis().run('mget', (client) => client.mget<string[]>(keys)))]
    expect(dump.length).toBeGreaterThan(0)
    expect(dump.join(' ')).not.toContain(token.reveal())
  })

  test('is hidden when the result is printed', async () => {
    const token = await connectedToken()
    const shown = [
      String(token),
      JSON.stringify({ token }),
      inspect(token, { showHidden: true, depth: 9 }),
      `${token}`,
    ]
    for (const text of shown) expect(text).not.toContain(token.reveal())
  })

  test('is loaded again after an invalidation', async () => {
    await connectedToken()
    await invalidateOAuthToken(people.member, 'google')
    await connectedToken()
    expect(services.clerk.requests().total).toBe(2)
  })

  test('without the requested scopes is reported with the missing ones', async () => {
    const result = await getCachedOAuthToken(people.tooFewScopes, 'google', { scopes: [CALENDAR_SCOPE] })
    expect(result).toEqual({
      status: 'scope_missing',
      missing: [CALENDAR_SCOPE],
      action: {
        label: 'Connect Google again on your account page and grant what it asks for',
        href: '/account',
        scopes: [CALENDAR_SCOPE],
      },
    })
  })

  test('of a user who never connected is reported as not_connected, and cached', async () => {
    for (let i = 0; i < 2; i++)
      expect(
        await getCachedOAuthToken(people.neverConnected, 'google', { scopes: [CALENDAR_SCOPE] }),
      ).toEqual({
        status: 'not_connected',
        action: { label: 'Connect Google on your account page', href: '/account', scopes: [CALENDAR_SCOPE] },
      })
    expect(services.clerk.requests().total).toBe(1)
  })

  test('without a refresh token is reported with the new consent that it needs', async () => {
    expect(await getCachedOAuthToken(people.needsReconnecting, 'google')).toMatchObject({
      status: 'reconnect_required',
      action: {
        label: 'Reconnect Google on your account page: Google has to ask for your consent again',
      },
    })
  })

  test('whose grant was withdrawn is reported as reconnect_required, and cached', async () => {
    const { id } = services.clerk.createUser({ emails: ['withdrawn@example.com'] })
    services.clerk.connect(id, { scopes: [CALENDAR_SCOPE] })
    services.clerk.revokeAtProvider(id)
    services.clerk.expireToken(id)
    services.clerk.resetRequests()
    for (let i = 0; i < 2; i++)
      expect(await getCachedOAuthToken(id, 'google')).toMatchObject({
        status: 'reconnect_required',
        action: { label: 'Reconnect Google on your account page' },
      })
    expect(services.clerk.requests().total).toBe(1)
  })

  test('of a provider that Clerk does not offer is reported as not_enabled', async () => {
    expect(await getCachedOAuthToken(people.member, 'dropbox')).toEqual({ status: 'not_enabled' })
  })

  test('is refused at once when its user was deleted or its session revoked', async () => {
    const asked = { sessionId: 'sess_1' }
    expect(await getCachedOAuthToken(people.member, 'google', asked)).toMatchObject({ status: 'ok' })
    await revokeSession('sess_1')
    expect(await getCachedOAuthToken(people.member, 'google', asked)).toEqual({ status: 'revoked' })
    expect(await getCachedOAuthToken(people.member, 'google')).toMatchObject({ status: 'ok' })
    await revokeUser(people.member)
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'revoked' })
  })

  test('is not returned while Redis cannot say whether access was revoked', async () => {
    await connectedToken()
    await services.engine.kill()
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'unavailable' })
  })

  test('costs one Redis command and one request when it is cached, revocation markers included', async () => {
    await connectedToken()
    await getCachedUserById(people.member)
    services.upstash.resetCounts()
    await getCachedOAuthToken(people.member, 'google', { sessionId: 'sess_2', scopes: [CALENDAR_SCOPE] })
    expect(services.upstash.counts()).toMatchObject({ http: 1, commands: 1 })
  })

  test('is reported as rate limited, with the wait, when Clerk is', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({
      ...{ status: 'rate_limited', retryAfter: 7, limitedBy: 'clerk' },
    })
  })

  test('is reported as unavailable when Clerk is down', async () => {
    services.clerk.faults.add({ connection: 'refuse' })
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'unavailable' })
  })
})

function userWith(...accounts: string[][]) {
  const { id } = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] })
  const ids = accounts.map(
    (scopes, i) => services.clerk.connect(id, { email: `${i}@example.com`, scopes }).id,
  )
  return { id, ids }
}

describe('scopes', () => {
  test('that Google includes in a granted one are not missing', async () => {
    const { id } = userWith(['https://www.googleapis.com/auth/calendar'])
    expect(await getCachedOAuthToken(id, 'google', { scopes: [CALENDAR_SCOPE] })).toMatchObject({
      status: 'ok',
    })
  })

  test('that a granted one only resembles are missing', async () => {
    const scopes = ['https://www.googleapis.com/auth/calendar.events']
    const { id } = userWith(['https://www.googleapis.com/auth/calendar.events.readonly'])
    expect(await getCachedOAuthToken(id, 'google', { scopes })).toMatchObject({ missing: scopes })
  })

  test('count by the function that the caller gives', async () => {
    const { id } = userWith(['files:write'])
    const includes = (granted: string, required: string) => granted === required.replace(':read', ':write')
    const asked = { scopes: ['files:read', 'mail:read'] }
    expect(await getCachedOAuthToken(id, 'google', { ...asked, includes })).toMatchObject({
      ...{ status: 'scope_missing', missing: ['mail:read'] },
    })
    expect(await getCachedOAuthToken(id, 'google', asked)).toMatchObject({ missing: asked.scopes })
  })
})

describe('with several accounts at one provider', () => {
  const PROFILE = 'https://www.googleapis.com/auth/userinfo.profile'

  test('none is chosen by itself', async () => {
    const { id, ids } = userWith([PROFILE], [PROFILE])
    expect(await getCachedOAuthToken(id, 'google')).toEqual({
      status: 'account_ambiguous',
      accounts: ids.map((externalAccountId) => ({ externalAccountId, label: null, scopes: [PROFILE] })),
    })
  })

  test('the requested one is returned, and cached separately', async () => {
    const { id, ids } = userWith([PROFILE], [PROFILE])
    for (const externalAccountId of [...ids, ...ids]) {
      const result = await getCachedOAuthToken(id, 'google', { externalAccountId })
      expect(result).toMatchObject({ status: 'ok', token: { externalAccountId } })
      if (result.status === 'ok')
        expect(services.clerk.tokenInfo(result.token.reveal())).toMatchObject({
          userId: id,
          externalAccountId,
        })
    }
  })

  test('the only one with the requested scopes is returned', async () => {
    const { id, ids } = userWith([PROFILE], [PROFILE, CALENDAR_SCOPE])
    expect(await getCachedOAuthToken(id, 'google', { scopes: [CALENDAR_SCOPE] })).toMatchObject({
      status: 'ok',
      token: { externalAccountId: ids[1] },
    })
  })

  test('the only one with a scope that includes the requested one is returned', async () => {
    const { id, ids } = userWith([PROFILE], [PROFILE, 'https://www.googleapis.com/auth/calendar'])
    expect(await getCachedOAuthToken(id, 'google', { scopes: [CALENDAR_SCOPE] })).toMatchObject({
      status: 'ok',
      token: { externalAccountId: ids[1] },
    })
  })

  test('another user’s account is not connected', async () => {
    const [mine, theirs] = [userWith([PROFILE]), userWith([PROFILE])]
    expect(await getCachedOAuthToken(mine.id, 'google', { externalAccountId: theirs.ids[0] })).toMatchObject({
      status: 'not_connected',
    })
  })

  test('an invalidation drops all of them', async () => {
    const { id, ids } = userWith([PROFILE], [PROFILE])
    const read = () =>
      Promise.all(ids.map((externalAccountId) => getCachedOAuthToken(id, 'google', { externalAccountId })))
    await read()
    services.clerk.disconnect(id, ids[0] ?? '')
    await invalidateOAuthToken(id, 'google')
    expect(await read()).toMatchObject([{ status: 'not_connected' }, { status: 'ok' }])
  })
})
