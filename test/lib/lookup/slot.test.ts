import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { declare } from '@/lib/lookup/declaration'
import { joinKey, keysOf, locate, type Slot, safe, validate } from '@/lib/lookup/slot'

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    ':',
    '*',
    '\0',
    '~',
    '\ud800',
    '\udfff',
    '\ufffd',
    'a:b',
    'ä',
    'ａ',
    'x'.repeat(10_000),
  ),
)

it('leaves readable keys as they are', () => {
  expect(safe('user_2abc')).toBe('user_2abc')
  expect(safe('user:user_2abc')).toBe('user:user_2abc')
  expect(joinKey('user_1', 'google')).toBe('user_1:google')
})

it('makes short, printable keys without wildcards of any text', () => {
  fc.assert(fc.property(nasty, (text) => void expect(safe(text)).toMatch(/^[A-Za-z0-9_.:@+~-]{1,128}$/)))
})

it('gives different texts different keys, lone surrogates included', () => {
  fc.assert(fc.property(nasty, nasty, (a, b) => (safe(a) === safe(b)) === (a === b)))
  expect(safe('\ud800')).not.toBe(safe('\ud801'))
})

it('gives different parts different keys, even if they contain colons', () => {
  const parts = fc.array(nasty, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      parts,
      parts,
      (a, b) => (joinKey(...a) === joinKey(...b)) === (JSON.stringify(a) === JSON.stringify(b)),
    ),
  )
  expect(joinKey('a:b', 'c')).not.toBe(joinKey('a', 'b:c'))
})

describe('the result of one MGET', () => {
  const slot: Slot = { entry: 'e', state: 's', hard: 'h', tagVersions: ['f1', 'f2'], markers: ['m'] }
  const entry = 'v1,v2|e|n0|'
  /** The values of the keys, by default those of a fresh entry. */
  const valuesOf = (others: Record<string, string | null> = {}) =>
    keysOf(slot).map(
      (key) => ({ e: entry, f1: 'v1', f2: 'v2', m: null, s: 'K', h: '1', ...others })[key] ?? null,
    )

  it('is the entry, when every tag version is the one that it was loaded with', () => {
    expect(validate(slot, valuesOf())).toEqual({ revoked: false, entry, refreshDue: false })
  })

  it.each([
    ['a tag version is missing', { f2: null }],
    ['a tag version is another one', { f1: 'v3' }],
    ['the hard expiry has passed', { h: null }],
    ['there is no entry', { e: null }],
    ['the entry has the versions of more tags', { e: 'v1,v2,v3|e|n0|' }],
    ['the entry has the versions in another order', { e: 'v2,v1|e|n0|' }],
  ])('is nothing, when %s', (_, others) => {
    expect(validate(slot, valuesOf(others))).toMatchObject({ entry: null })
  })

  it('is an entry that needs a refresh, past the soft expiry', () => {
    expect(validate(slot, valuesOf({ s: null }))).toEqual({ revoked: false, entry, refreshDue: true })
  })

  it('is a refusal, while a revocation marker is set', () => {
    expect(validate(slot, valuesOf({ m: '1' }))).toMatchObject({ revoked: true })
  })

  it('needs no hard expiry where there is no grace', () => {
    const { hard: _, ...rest } = slot
    const values = valuesOf().slice(0, -1)
    expect(validate({ ...rest, hard: undefined }, values)).toMatchObject({ entry })
  })
})

it('a lookup without tags is refused', () => {
  const declared = declare({
    name: 'user',
    version: 1,
    ttl: 1,
    key: String,
    tags: () => [],
    load: async () => 1,
  })
  expect(() => locate(declared, 'ns', 'u1')).toThrow('must name at least one tag')
})
