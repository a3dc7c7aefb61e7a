import { expect, it } from 'vitest'
import { adaptive, type Declaration, declare } from '@/lib/lookup/declaration'

interface Value {
  expiresAt: number
}
const good: Declaration<string, Value> = {
  name: 'user',
  version: 1,
  key: (id) => id,
  tags: (id) => [id],
  ttl: 300,
  load: async () => null,
}
const expiresAt = (value: Value) => value.expiresAt

it.each<[string, Partial<Declaration<string, Value>>, RegExp]>([
  ['a name that does not fit into a key', { name: 'user:name' }, /name/],
  ['a version that is not a whole number', { version: 1.5 }, /version/],
  ['a negative ttl', { ttl: -1 }, /ttl/],
  ['a ttl of 0', { ttl: 0 }, /ttl/],
  ['a ttl that is not a number', { ttl: Number.NaN }, /ttl/],
  ['a soft expiry after the hard one', { refreshAfter: 301 }, /refreshAfter/],
  ['a lease shorter than the loader’s timeout', { timeout: 10, lease: 9 }, /lease/],
  ['grace with revocation markers', { revocationMarkers: () => ['g'], grace: 60 }, /grace/],
  ['grace that outlives the value', { expiresAt, expiryBuffer: 30, grace: 30 }, /grace/],
  ['a process cache for tokens', { expiresAt, processTtl: 5 }, /processTtl/],
  [
    'a process cache with revocation markers',
    { revocationMarkers: () => ['g'], processTtl: 5 },
    /processTtl/,
  ],
  ['a memo with revocation markers', { revocationMarkers: () => ['g'], memo: true }, /memo/],
  ['an expiryBuffer without an expiry', { expiryBuffer: 30 }, /expiresAt/],
  [
    'refreshes that begin after the expiry buffer',
    { expiresAt, expiryBuffer: 30, refreshBefore: 20 },
    /refreshBefore/,
  ],
  ['batches without loadMany', { batch: { max: 10 } }, /loadMany/],
  ['a batch of 0', { loadMany: async () => [], batch: { max: 0 } }, /batch/],
])('refuses %s, naming lookup and setting', (_, change, setting) => {
  const declaring = () => declare({ ...good, ...change })
  expect(declaring).toThrow(expect.objectContaining({ code: 'bad_declaration' }))
  expect(declaring).toThrow(setting)
  expect(declaring).toThrow(`Lookup "${change.name ?? 'user'}"`)
})

it('refuses a lookup without a loader', () => {
  const { load: _, ...without } = good
  expect(() => declare(without)).toThrow(/load/)
})

it('takes seconds; the defaults are 0.8 of ttl, 30 s for "not found", 10 s for loaders and 2 s more for leases', () => {
  const declared = declare(good)
  expect(declared.lifetimes({ expiresAt: 0 })).toEqual({ hard: 300_000, soft: 240_000, grace: 0, expiry: 0 })
  expect(declared.lifetimes(null)).toMatchObject({ hard: 30_000, soft: 30_000 })
  expect(declared).toMatchObject({ timeout: 10_000, lease: 12_000, processTtl: 0, memo: true })
})

it('does not store a value whose ttl function returns no positive number', () => {
  for (const seconds of [0, -5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(declare({ ...good, ttl: () => seconds }).lifetimes({ expiresAt: 0 }).hard).toBe(0)
})

it('does not store a value whose expiry cannot be read, and stores one that has none', () => {
  const declared = declare({ ...good, expiresAt: (value) => (value.expiresAt === 0 ? null : Number.NaN) })
  expect(declared.lifetimes({ expiresAt: 1 })).toMatchObject({ hard: 0, expiry: 0 })
  expect(declared.lifetimes({ expiresAt: 0 })).toMatchObject({ hard: 300_000, expiry: 0 })
})

it.each([0, -1000, 0.5])('treats an expiry of %s as one that has passed, not as a missing one', (end) => {
  expect(declare({ ...good, expiresAt }).lifetimes({ expiresAt: end })).toMatchObject({ expiry: 1 })
})

it('adapts the ttl to the age of the value, within bounds', () => {
  const ttl = adaptive({ min: 60, max: 3600, now: () => 1_000_000_000 })
  expect(ttl({ updatedAt: 1_000_000_000 - 10_000_000 })).toBe(1000)
  expect(ttl({ updatedAt: 1_000_000_000 })).toBe(60)
  expect(ttl({ updatedAt: 0 })).toBe(3600)
})
