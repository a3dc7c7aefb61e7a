import { afterEach, expect, it, vi } from 'vitest'
import { createFleet, user } from './in-process-fleet'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('outside production a second declaration replaces the first, as hot reload needs it', async () => {
  const { join } = createFleet()
  const { defineLookup, store } = join()
  const before = defineLookup({ ...user(async () => 'before'), ttl: 60 })
  expect(await before('u1')).toBe('before')
  const after = defineLookup({ ...user(async () => 'after'), ttl: 120, processTtl: 60 })
  expect(await after('u1')).toBe('before')
  await after.invalidate('u1')
  store.commands.length = 0
  expect([await after('u1'), await after('u1')]).toEqual(['after', 'after'])
  expect(store.commands).toEqual(['read', 'acquire', 'commit'])
})

it('in production a lookup that is declared twice is refused', () => {
  const { join } = createFleet()
  vi.stubEnv('NODE_ENV', 'production')
  const { defineLookup } = join()
  defineLookup(user(async () => 1))
  expect(() => defineLookup(user(async () => 2))).toThrow('Lookup "user.1" is declared twice')
})
