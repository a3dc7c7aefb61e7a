import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Codec } from '../lookup/entry'
import { toJson } from '../lookup/json'
import { keyFor, keySettings } from './key-ring'

const PURPOSE = 'mac'

function macOf(key: Buffer, text: string, redisKey: string): Buffer {
  // The length keeps the two texts apart.
  return createHmac('sha256', keyFor(PURPOSE, key)).update(`${redisKey.length}:${redisKey}${text}`).digest()
}

/** Why text is not used: it is not of the shape, or another writer than this app has made, moved or kept it. */
const refuse = (): never => {
  throw new Error('not written by this app')
}

/**
 * A codec for entries that decide rights. Where CACHE_ENCRYPTION_KEYS is set, they carry their time and a MAC
 * (HMAC-SHA-256, under a key of its own, bound to the Redis key): `m1.<kid>.<MAC>.<seconds>.<JSON>`. An entry without a
 * MAC, with another one, or older than `maxAge` seconds is a miss, so that nobody can put a right back that a user has
 * lost long ago. The first key signs, every key verifies. Without keys, everybody who can write to Redis decides who is an
 * admin. `isValid` says whether JSON has the value's shape; other JSON is a miss too.
 */
export const signed = <T>(isValid: (value: unknown) => value is T, maxAge: number): Codec<T> => ({
  encode(value, redisKey) {
    const json = toJson(value)
    const [first] = keySettings().CACHE_ENCRYPTION_KEYS ?? []
    if (!first) return json
    const text = `${Math.floor(Date.now() / 1000)}.${json}`
    return `m1.${first.kid}.${macOf(first.key, text, redisKey).toString('base64url')}.${text}`
  },
  decode(entry, redisKey) {
    const ring = keySettings().CACHE_ENCRYPTION_KEYS
    const value: unknown = JSON.parse(ring ? verified(entry, redisKey, ring, maxAge) : entry)
    return isValid(value) ? value : refuse()
  },
})

type Ring = readonly { kid: string; key: Buffer }[]

/** The JSON of an entry: `m1`, the ID of the key, 43 characters of MAC, the time, and the rest. */
function verified(entry: string, redisKey: string, ring: Ring, maxAge: number): string {
  const macAt = entry.indexOf('.', 3) + 1
  const text = entry.slice(macAt + 44)
  const key = ring.find(({ kid }) => entry.startsWith(`m1.${kid}.`))?.key
  if (!key) return refuse()
  const mac = Buffer.from(entry.slice(macAt, macAt + 43), 'base64url')
  const expected = macOf(key, text, redisKey)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return refuse()
  const jsonAt = text.indexOf('.') + 1
  return Date.now() / 1000 - Number(text.slice(0, jsonAt - 1)) <= maxAge ? text.slice(jsonAt) : refuse()
}
