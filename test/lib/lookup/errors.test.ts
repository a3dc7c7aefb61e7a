import { expect, test, vi } from 'vitest'
import { ClerkError } from '@/lib/clerk/error'
import { isOutage, KitError, LookupError } from '@/lib/lookup/errors'
import { RedisError } from '@/lib/lookup/redis/failures'

test('an error is an instance of its classes and of no other', () => {
  const error = new RedisError('read', 'timeout')
  expect([error instanceof RedisError, error instanceof LookupError, error instanceof KitError]).toEqual([
    true,
    true,
    true,
  ])
  expect(error instanceof ClerkError).toBe(false)
  expect(new LookupError('revoked', '') instanceof RedisError).toBe(false)
  expect(new Error('x') instanceof KitError).toBe(false)
})

test('an error of another copy of the module is recognized, because Next loads several copies', async () => {
  vi.resetModules()
  const another = await import('@/lib/lookup/redis/failures')
  expect(another.RedisError).not.toBe(RedisError)
  const error: unknown = new another.RedisError('read', 'timeout')
  expect([error instanceof RedisError, error instanceof LookupError, isOutage(error)]).toEqual([
    true,
    true,
    true,
  ])
})
