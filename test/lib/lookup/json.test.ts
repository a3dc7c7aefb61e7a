import { describe, expect, it } from 'vitest'
import type { Codec } from '@/lib/lookup/entry'
import { createFleet, user } from './in-process-fleet'

const circular: Record<string, unknown> = { name: 'a' }
circular.self = { again: circular }
class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}
class Account {
  #secret = 1
  readonly id = 'a'
  get secret() {
    return this.#secret
  }
}

describe('a value that JSON would change', () => {
  it.each<[string, unknown, string]>([
    ['a bigint', { n: 1n }, 'value.n is a bigint'],
    ['something circular', circular, 'value.self.again contains itself'],
    ['a function', () => 1, 'value is a function'],
    ['a method', { get: () => 1 }, 'value.get is a function'],
    ['a symbol', Symbol('s'), 'value is a symbol'],
    ['what turns itself into nothing', { toJSON: () => undefined }, 'value.toJSON is a function'],
    ['NaN', Number.NaN, 'value is NaN'],
    ['NaN in a list', { list: [1, { n: Number.NaN }] }, 'value.list[1].n is NaN'],
    ['infinity', { n: Number.POSITIVE_INFINITY }, 'value.n is infinite'],
    ['a Date', { tags: ['a', 'b', new Date(0)] }, 'value.tags[2] is a Date'],
    ['a Map', new Map(), 'value is a Map'],
    ['a Set', { 'a b': new Set() }, 'value["a b"] is a Set'],
    ['a URL', new URL('http://a'), 'value is an URL'],
    ['a regular expression', { r: /a/ }, 'value.r is a RegExp'],
    ['an error', new Error('secret'), 'value is an Error'],
    ['a promise', { p: Promise.resolve(1) }, 'value.p is a Promise'],
    ['bytes', { b: Buffer.from('a') }, 'value.b is a Buffer'],
    ['a typed array', new Uint8Array(2), 'value is an Uint8Array'],
    ['an object around a number', Object(1), 'value is a Number'],
    ['undefined in a list', [1, undefined], 'value[1] is undefined'],
    ['a hole in a list', { list: Object.assign(new Array(2), { 0: 1 }) }, 'value.list[1] is undefined'],
    ['a list with a property', Object.assign([1], { index: 3 }), 'value is a list with properties'],
    ['an instance with a getter', { account: new Account() }, 'value.account is an Account'],
  ])('is refused with the place where it is: %s', async (_, value, reason) => {
    const { join, store } = createFleet()
    const lookup = join().defineLookup(user<unknown>(async () => value))
    await expect(lookup('u1')).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining(`Lookup "user": ${reason}`),
    })
    await expect(lookup('u1')).rejects.not.toHaveProperty('message', expect.stringContaining('secret'))
    expect(store.cells.has('t:e:user.1:u1')).toBe(false)
  })

  it('is refused past Redis as well', async () => {
    const process = createFleet().join()
    process.store.down = true
    const lookup = process.defineLookup(user<unknown>(async () => new Map()))
    await expect(lookup('u1')).rejects.toMatchObject({ code: 'bad_value' })
  })

  it('of another lookup that a loader calls keeps its own words', async () => {
    const process = createFleet().join()
    const part = process.defineLookup({ ...user<unknown>(async () => new Date(0)), name: 'part' })
    const whole = process.defineLookup({ ...user<unknown>((id) => part(id)), name: 'whole' })
    await expect(whole('u1')).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining('Lookup "part": value is a Date'),
    })
  })

  it('is refused when it is too deep', async () => {
    let deep: unknown = 1
    for (let i = 0; i < 20_000; i++) deep = [deep]
    const lookup = createFleet()
      .join()
      .defineLookup(user<unknown>(async () => deep))
    await expect(lookup('u1')).rejects.toMatchObject({ code: 'bad_value' })
  })

  it('fails only its own argument in a batch', async () => {
    const lookup = createFleet()
      .join()
      .defineLookup<string, unknown>({
        ...{ name: 'user', version: 1, ttl: 60, key: (id) => id, tags: (id) => [id] },
        loadMany: async (ids) => ids.map((id) => (id === 'bad' ? new Date(0) : id)),
      })
    expect(await Promise.allSettled([lookup('a'), lookup('bad')])).toMatchObject([
      { value: 'a' },
      { reason: { code: 'bad_value' } },
    ])
  })
})

describe('a value that JSON carries', () => {
  it.each<[string, unknown]>([
    ['zero', 0],
    ['minus zero', { n: -0 }],
    ['an empty text', ''],
    ['false', false],
    ['half a character', 'a\ud800b'],
    ['a property without a value', { a: undefined, b: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an instance with nothing but data', new Point(1, 2)],
    ['the same object twice', [circular.name, circular.name]],
    ['a property called constructor', { constructor: 'a', prototype: 1 }],
  ])('is the same on a miss and on a hit: %s', async (_, value) => {
    const lookup = createFleet()
      .join()
      .defineLookup(user<unknown>(async () => value))
    const [miss, hit] = [await lookup('u1'), await lookup('u1')]
    expect(miss).toStrictEqual(hit)
    expect(JSON.stringify(miss)).toBe(JSON.stringify(value))
  })
})

describe('a codec', () => {
  const read = async <T>(codec: Codec<T>, value: T) => {
    const { join, store } = createFleet()
    const lookup = join().defineLookup({ ...user<T>(async () => value), codec })
    return { outcome: await lookup('u1').catch((error: unknown) => error), store }
  }

  it('that decodes to bytes is refused with words, because bytes cannot be frozen', async () => {
    const codec: Codec<Buffer> = {
      encode: (bytes) => bytes.toString('base64'),
      decode: (text) => Buffer.from(text, 'base64'),
    }
    expect((await read(codec, Buffer.from('abc'))).outcome).toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining(
        'Lookup "user": its codec decodes to a Buffer, which cannot be frozen',
      ),
    })
  })

  it('that decodes to bytes inside a value is refused as well', async () => {
    const codec: Codec<{ bytes: Uint8Array }> = {
      encode: ({ bytes }) => String(bytes),
      decode: (text) => ({ bytes: Uint8Array.from(text.split(',').map(Number)) }),
    }
    expect((await read(codec, { bytes: Uint8Array.of(1) })).outcome).toMatchObject({ code: 'bad_value' })
  })

  it('that writes half a character is refused, because a hit would be another value', async () => {
    const raw: Codec<string> = { encode: (text) => text, decode: (text) => text }
    const { outcome, store } = await read(raw, 'a\ud800b')
    expect(outcome).toMatchObject({ code: 'bad_value' })
    expect(store.cells.has('t:e:user.1:u1')).toBe(false)
    expect((await read(raw, 'a😀b')).outcome).toBe('a😀b')
  })

  it('that writes no text is refused', async () => {
    const none: Codec<string> = { encode: () => JSON.parse('7'), decode: (text) => text }
    expect((await read(none, 'a')).outcome).toMatchObject({ code: 'bad_value' })
  })

  it('that throws is a bad value, and its message is not shown', async () => {
    const codec: Codec<string> = {
      encode: () => {
        throw new TypeError('secret')
      },
      decode: (text) => text,
    }
    const { outcome } = await read(codec, 'a')
    expect(outcome).toMatchObject({ code: 'bad_value', message: expect.stringContaining('TypeError') })
    expect(String(outcome)).not.toContain('secret')
  })
})
