import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getCachedOAuthToken, invalidateOAuthToken } from '@/lib/cache/token-cache'
import { CALENDAR_SCOPE } from '@/lib/integrations/google-calendar'
import { redis } from '@/lib/redis'
import { people } from '../../../local/seed'
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
})

async function connectedToken() {
  const result = await getCachedOAuthToken(people.member, 'google')
  if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
  return result.token
}

describe('an OAuth token through the cache', () => {
  test('is asked for once and is one the provider accepts', async () => {
    const first = await connectedToken()
    const second = await connectedToken()
    expect(second.reveal()).toBe(first.reveal())
    expect(services.clerk.tokenInfo(first.reveal())?.userId).toBe(people.member)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is not in Redis in the clear', async () => {
    const token = await connectedToken()
    const keys = await redis((r) => r.keys('*'))
    const dump = [...keys, ...(await redis((r) => r.mget<string[]>(keys)))]
    expect(dump.length).toBeGreaterThan(0)
    expect(dump.join(' ')).not.toContain(token.reveal())
  })

  test('does not show itself when printed', async () => {
    const token = await connectedToken()
    const shown = [
      String(token),
      JSON.stringify({ token }),
      inspect(token, { showHidden: true, depth: 9 }),
      `${token}`,
    ]
    for (const text of shown) expect(text).not.toContain(token.reveal())
  })

  test('is asked for anew after an invalidation', async () => {
    await connectedToken()
    await invalidateOAuthToken(people.member, 'google')
    await connectedToken()
    expect(services.clerk.requests().total).toBe(2)
  })

  test('without the scopes asked for is reported with those that are missing', async () => {
    const result = await getCachedOAuthToken(people.tooFewScopes, 'google', { scopes: [CALENDAR_SCOPE] })
    expect(result).toEqual({ status: 'scope_missing', missing: [CALENDAR_SCOPE] })
  })

  test('of somebody who never connected is reported as that, and remembered', async () => {
    expect(await getCachedOAuthToken(people.neverConnected, 'google')).toEqual({ status: 'not_connected' })
    expect(await getCachedOAuthToken(people.neverConnected, 'google')).toEqual({ status: 'not_connected' })
    expect(services.clerk.requests().total).toBe(1)
  })

  test('that Clerk can no longer renew is reported as reconnect_required', async () => {
    expect(await getCachedOAuthToken(people.needsReconnecting, 'google')).toEqual({
      status: 'reconnect_required',
    })
  })

  test('is reported as rate limited, with the wait, when Clerk is', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({
      status: 'rate_limited',
      retryAfter: 7,
    })
  })

  test('is reported as unavailable when Clerk is out', async () => {
    services.clerk.faults.add({ connection: 'refuse' })
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'unavailable' })
  })
})
