import { expect, test } from 'vitest'
import { getCachedOAuthToken, reloadOAuthToken, warmUpOAuthToken } from '@/lib/cache/token-cache'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ env: { CACHE_ENCRYPTION_KEYS: undefined }, keep: true })

test('without an encryption key no token is requested from Clerk', async () => {
  services.clerk.resetRequests()
  expect(await warmUpOAuthToken(people.member, 'google')).toEqual({ warmed: 0, failed: 1 })
  for (const read of [getCachedOAuthToken, reloadOAuthToken])
    await expect(read(people.member, 'google')).rejects.toThrow('CACHE_ENCRYPTION_KEYS')
  expect(services.clerk.requests().total).toBe(0)
})
