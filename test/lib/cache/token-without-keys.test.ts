import { afterAll, beforeAll, expect, test } from 'vitest'
import { getCachedOAuthToken, reloadOAuthToken, warmUpOAuthToken } from '@/lib/cache/token-cache'
import { people } from '../../../local/seed'
import { type Services, startServices } from '../../support/services'

let services: Services

beforeAll(async () => {
  services = await startServices({ CACHE_ENCRYPTION_KEYS: undefined })
})
afterAll(() => services.close())

test('without a key to seal with, Clerk is asked for no token', async () => {
  services.clerk.resetRequests()
  expect(await warmUpOAuthToken(people.member, 'google')).toEqual({ warmed: 0, failed: 1 })
  for (const read of [getCachedOAuthToken, reloadOAuthToken])
    await expect(read(people.member, 'google')).rejects.toThrow('CACHE_ENCRYPTION_KEYS')
  expect(services.clerk.requests().total).toBe(0)
})
