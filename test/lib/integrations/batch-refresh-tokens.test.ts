import { describe, expect, test, vi } from 'vitest'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { batchRefreshTokens } from '@/lib/integrations/integrations.service'
import { createVirtualClock, drive } from '../../../lib/lookup/testing/virtual-clock'
import { useServices } from '../../support/services'

const services = useServices({ performanceClock: true })
const ROUTE = '/v1/users/{user_id}/oauth_access_tokens/{provider}'

function users(count: number, connected = true) {
  return Array.from({ length: count }, () => {
    const { id: userId } = services.clerk.createUser({
      emails: [`u${services.clerk.users().length}@example.com`],
    })
    if (connected) services.clerk.connect(userId, { scopes: [] })
    return { userId, provider: 'google' as const }
  })
}

describe('a batch refresh', () => {
  test('loads each token once, even if it is listed twice, and returns the results in the order of the list', async () => {
    const [a, b] = users(2)
    const [c] = users(1, false)
    if (!a || !b || !c) throw new Error('three users')
    const results = await batchRefreshTokens([b, a, c, b])
    expect(results.map(({ userId, status }) => [userId, status])).toEqual([
      [b.userId, 'ok'],
      [a.userId, 'ok'],
      [c.userId, 'not_connected'],
      [b.userId, 'ok'],
    ])
    expect(services.clerk.requests().total).toBe(3)
    expect(JSON.stringify(results)).not.toContain('ya29')
  })

  test('replaces a cached token by the new one', async () => {
    const [user] = users(1)
    if (!user) throw new Error('a user')
    const before = await getCachedOAuthToken(user.userId, 'google')
    services.clerk.expireToken(user.userId)
    const [result] = await batchRefreshTokens([user])
    const after = await getCachedOAuthToken(user.userId, 'google')
    if (before.status !== 'ok' || after.status !== 'ok') throw new Error('tokens')
    expect(after.token.reveal()).not.toBe(before.token.reveal())
    expect(result).toMatchObject({ status: 'ok', expiresAt: after.token.expiresAt })
  })

  test('sends at most five requests at the same time', async () => {
    services.clerk.faults.add({ latencyMs: 200 })
    await batchRefreshTokens(users(23))
    expect(services.clerk.requests()).toMatchObject({ total: 23, peak: 5 })
  })

  test('goes on with the others if one fails', async () => {
    const all = users(7)
    services.clerk.faults.add({ route: ROUTE, status: 500, times: 1 })
    const results = await batchRefreshTokens(all)
    expect(results.map(({ status }) => status).toSorted()).toEqual([
      ...Array.from({ length: 6 }, () => 'ok'),
      'unavailable',
    ])
  })

  test('pauses all requests when Clerk limits the rate, and then finishes', async () => {
    const clock = createVirtualClock()
    const started = clock.now()
    const pass = async (ms: number) => {
      await clock.advance(ms)
      vi.advanceTimersByTime(ms)
      // Redis's clock is the real one: what it keeps of the pause ends here.
      if (clock.now() - started >= 7000) await redis().run('del', (client) => client.del('ck:clerk-paused'))
    }
    services.clerk.faults.add({ route: ROUTE, status: 429, retryAfter: 7, times: 1 })
    const results = await drive(batchRefreshTokens(users(12), { clock }), pass)
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['ok']))
    expect(clock.now() - started).toBeGreaterThanOrEqual(7000)
    // No request was sent during the pause: only the twelve, and the ones that were refused.
    expect(services.clerk.requests().total).toBeLessThanOrEqual(12 + 5)
  })

  test('does not wait when the wait would be longer than `maxWait`', async () => {
    services.clerk.faults.add({ route: ROUTE, status: 429, retryAfter: 60 })
    const results = await batchRefreshTokens(users(8), { maxWait: 10 })
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'rate_limited'))
    expect(services.clerk.requests().total).toBeLessThanOrEqual(5)
  })

  test('accepts the results of another batch as its list', async () => {
    const [user] = users(1)
    if (!user) throw new Error('a user')
    const before = { ...user, status: 'rate_limited' as const, retryAfter: 7 }
    expect(await batchRefreshTokens([before])).toEqual([
      { ...user, status: 'ok', expiresAt: expect.any(Number) },
    ])
  })

  test('of an ID that does not exist leaves the others as they are', async () => {
    const all = [{ userId: '', provider: 'google' as const }, ...users(1)]
    expect((await batchRefreshTokens(all)).map(({ status }) => status)).toEqual(['not_connected', 'ok'])
  })

  test('does not repeat a request at once when Clerk says to wait 0 s', async () => {
    services.clerk.faults.add({ route: ROUTE, status: 429, retryAfter: 0 })
    const [result] = await batchRefreshTokens(users(1), { maxWait: 1 })
    expect(result).toMatchObject({ status: 'rate_limited' })
    expect(services.clerk.requests().total).toBe(1)
  })
})
