import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const key = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`
const [old, current] = [key('old'), key('new')]
const isText = (value: unknown): value is string => typeof value === 'string'

/** The codec in a process with these keys. */
async function codecWith(...ring: string[]) {
  vi.resetModules()
  vi.stubEnv('CACHE_ENCRYPTION_KEYS', ring.join(','))
  const { signed } = await import('@/lib/cache/signed')
  const codec = signed(isText, 60)
  // Settings are read once, at the first use.
  codec.encode('', '')
  return codec
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('an entry with a MAC', () => {
  test('is read as it was written, with any text in it', async () => {
    const { encode, decode } = await codecWith(current)
    for (const value of ['', 'a', '.|\n"', 'é\u{1F600}']) expect(decode(encode(value, 'k'), 'k')).toBe(value)
  })

  test('is refused when any of its characters is another', async () => {
    const { encode, decode } = await codecWith(current)
    const entry = encode('member', 'k')
    for (let i = 0; i < entry.length; i++) {
      const altered = entry.slice(0, i) + (entry[i] === 'A' ? 'B' : 'A') + entry.slice(i + 1)
      let read: unknown
      try {
        read = decode(altered, 'k')
      } catch {
        continue
      }
      // The last digit of the MAC carries spare bits: altering those alters no byte.
      expect(read).toBe('member')
    }
  })

  test('is refused under another key of Redis, also if the two texts join to the same', async () => {
    const { encode, decode } = await codecWith(current)
    expect(() => decode(encode('x', 'user:a'), 'user:b')).toThrow()
    expect(() => decode(encode('x', 'k'), 'k1')).toThrow()
  })

  test('is refused once it is older than an entry can be, however long Redis has kept it', async () => {
    const { encode, decode } = await codecWith(current)
    const entry = encode('admin', 'k')
    vi.setSystemTime(Date.now() + 60_000)
    expect(decode(entry, 'k')).toBe('admin')
    vi.setSystemTime(Date.now() + 1_000)
    expect(() => decode(entry, 'k')).toThrow()
  })

  test('is read with every key of the ring, and written with the first', async () => {
    const before = (await codecWith(old)).encode('x', 'k')
    const { encode, decode } = await codecWith(current, old)
    expect(decode(before, 'k')).toBe('x')
    expect(encode('x', 'k')).toMatch(/^m1\.new\./)
    const after = await codecWith(current)
    expect(() => after.decode(before, 'k')).toThrow()
  })

  test('is refused where there are no keys, and one without a MAC where there are', async () => {
    const [without, withKey] = [await codecWith(), await codecWith(current)]
    expect(() => withKey.decode(without.encode('x', 'k'), 'k')).toThrow()
    expect(() => without.decode(withKey.encode('x', 'k'), 'k')).toThrow()
  })
})
