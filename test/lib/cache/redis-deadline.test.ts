import { expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ env: { CACHE_REDIS_TIMEOUT_MS: '50' } })

test('a Redis that never answers delays a read by the deadline only', async () => {
  // The fault never ends by itself: without a deadline the read would not end either.
  services.upstash.faults.set({ hang: 'before' })
  expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
  expect(services.upstash.counts().http).toBeGreaterThan(0)
})
