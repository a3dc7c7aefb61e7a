import { beforeEach, describe, expect, test, vi } from 'vitest'
import { redis } from '@/lib/config'
import { getCachedIntegrations, integrationCache } from '@/lib/integrations/cache'
import type { CheckedIntegration } from '@/lib/integrations/check'
import { useServices } from '../../support/services'

const services = useServices()

beforeEach(async () => {
  await integrationCache.clear()
})

const checked = (provider: string): CheckedIntegration[] => [
  {
    provider,
    checkedAt: 1,
    accounts: [],
    best: {
      status: 'not_connected',
      since: null,
      expiresAt: null,
      retryAt: null,
      missing: [],
      optionalMissing: [],
      action: null,
    },
  },
]

describe('getCachedIntegrations', () => {
  test('fetches once for any number of callers, and returns the same on hit and miss', async () => {
    const fetch = vi.fn(async () => checked('google'))
    const all = await Promise.all(Array.from({ length: 10 }, () => getCachedIntegrations('user_1', fetch)))
    expect([...all, await getCachedIntegrations('user_1', fetch)]).toEqual(Array(11).fill(checked('google')))
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  test('throws the error of a fetch, and caches nothing', async () => {
    await expect(
      getCachedIntegrations('user_1', async () => {
        throw new Error('no answer')
      }),
    ).rejects.toThrow('no answer')
    expect(await integrationCache.has('user_1')).toBe(false)
  })

  test('keeps 1000 users apart', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `user_${i}`)
    await Promise.all(ids.map((id) => getCachedIntegrations(id, async () => checked(id))))
    const found = await Promise.all(ids.map((id) => integrationCache.get(id)))
    expect(found.map((list) => list?.[0]?.provider)).toEqual(ids)
  })
})

describe('integrationCache', () => {
  test('returns what was set until it is invalidated', async () => {
    expect(await integrationCache.get('user_1')).toBeNull()
    await integrationCache.set('user_1', checked('google'))
    await integrationCache.set('user_1', checked('slack'))
    expect(await integrationCache.get('user_1')).toEqual(checked('slack'))
    expect(await integrationCache.has('user_1')).toBe(true)
    await integrationCache.invalidate('user_1')
    expect(await integrationCache.has('user_1')).toBe(false)
  })

  // Pages would fail on it until it expires.
  test.each([
    ['"status":"not_connected"', '"status":"odd"'],
    ['"missing":[]', '"missing":[null]'],
    ['"accounts":[]', '"accounts":[null]'],
    ['"provider":"google"', '"provider":{}'],
    ['"action":null', '"action":{"label":{}}'],
    ...['javascript:alert(1)', '//elsewhere.example', 'data:text/html,x', ''].map((href) => [
      '"action":null',
      `"action":{"label":"Connect","href":"${href}","scopes":[]}`,
    ]),
  ])('reads again what has another shape: %s', async (from = '', to = '') => {
    const fetch = vi.fn(async () => checked('google'))
    await getCachedIntegrations('user_odd', fetch)
    const key = 'ck:e:integrations.1:user_odd'
    const entry = await redis().insist('get', (client) => client.get<string>(key))
    const [, start = '', body = ''] = /^(.*?\|v)\d+\|(.*)$/s.exec(entry ?? '') ?? []
    const odd = body.replace(from, to)
    expect(odd).not.toBe(body)
    await redis().insist('set', (client) => client.set(key, `${start}${odd.length}|${odd}`))
    expect(await getCachedIntegrations('user_odd', fetch)).toEqual(checked('google'))
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  test('keeps what was set for `ttl` seconds, or 5 minutes by default', async () => {
    await integrationCache.set('user_1', checked('google'), 20)
    await integrationCache.set('user_2', checked('google'))
    const connection = await services.engine.connect()
    const [short, long] = await connection.run([
      ['PTTL', 'ck:e:integrations.1:user_1'],
      ['PTTL', 'ck:e:integrations.1:user_2'],
    ])
    connection.close()
    expect(Number(short)).toBeGreaterThan(17_000)
    expect(Number(short)).toBeLessThanOrEqual(20_000)
    expect(Number(long)).toBeGreaterThan(269_000)
    expect(Number(long)).toBeLessThanOrEqual(300_000)
  })

  test('invalidates all users at once', async () => {
    await integrationCache.set('user_1', checked('google'))
    await integrationCache.set('user_2', checked('google'))
    await integrationCache.clear()
    expect([await integrationCache.has('user_1'), await integrationCache.has('user_2')]).toEqual([
      false,
      false,
    ])
  })

  test('counts the reads of this process', async () => {
    const before = integrationCache.getStats()
    await integrationCache.get('user_1')
    await integrationCache.set('user_1', checked('google'), 1)
    await integrationCache.set('user_2', checked('google'))
    await integrationCache.get('user_2')
    const after = integrationCache.getStats()
    expect([after.hits - before.hits, after.misses - before.misses]).toEqual([1, 1])
    expect(after).toMatchObject({ size: 2, active: 2, expired: 0 })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
    expect(integrationCache.getStats()).toMatchObject({ size: 2, active: 1, expired: 1 })
    expect(integrationCache.cleanupExpired()).toBe(1)
    expect(integrationCache.getStats()).toMatchObject({ size: 1, active: 1, expired: 0 })
    vi.useRealTimers()
  })
})
