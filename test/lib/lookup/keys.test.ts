import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joinKey, safe } from '@/lib/lookup/slot'

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

it('makes short, printable keys without wildcards of anything', () => {
  fc.assert(fc.property(nasty, (text) => void expect(safe(text)).toMatch(/^[A-Za-z0-9_.:@+~-]{1,128}$/)))
})

it('gives different texts different keys, lone surrogates included', () => {
  fc.assert(fc.property(nasty, nasty, (a, b) => (safe(a) === safe(b)) === (a === b)))
  expect(safe('\ud800')).not.toBe(safe('\ud801'))
})

it('gives different parts different keys, wherever the colons are', () => {
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
