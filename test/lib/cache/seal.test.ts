import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SealError, seal, unseal } from '@/lib/cache/seal'
import { useServices } from '../../support/services'

useServices({ keep: true })

describe('sealing', () => {
  test('a text that was sealed under a key opens under that key', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        (text, key) => unseal(seal(text, key), key) === text,
      ),
    )
  })

  test('a text that was sealed under one key does not open under another', () => {
    const envelope = seal('ya29.secret', 'ck:token:1:user_a')
    expect(() => unseal(envelope, 'ck:token:1:user_b')).toThrow(SealError)
  })

  test('an altered envelope does not open', () => {
    // 39 bytes: the last digit in base64 has no bits that mean nothing.
    const envelope = seal('ya29.secret', 'k')
    const texts = Array.from(envelope, (one, i) => [
      envelope.slice(0, i) + (one === 'A' ? 'B' : 'A') + envelope.slice(i + 1),
      envelope.slice(0, i),
    ]).flat()
    expect(texts.length).toBeGreaterThan(100)
    for (const text of texts) expect(() => unseal(text, 'k'), text).toThrow(SealError)
  })

  test('the envelope does not show the text', () => {
    expect(seal('ya29.secret', 'k')).toMatch(/^v1\.local\.[A-Za-z0-9_-]+$/)
  })

  test.each(['', 'v1', 'v1.local', 'v1.local.AAAA', 'v2.local.AAAA', 'v1.gone.AAAA', '{"token":"x"}'])(
    'garbage is refused: %j',
    (garbage) => {
      expect(() => unseal(garbage, 'k')).toThrow(SealError)
    },
  )
})
