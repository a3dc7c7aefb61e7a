import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Codec } from '../lookup/entry'
import { toJson } from '../lookup/json'
import { keyFor, keySettings } from './key-ring'

const PURPOSE = 'mac'

function macOf(key: Buffer, text: string, redisKey: string): Buffer {
  // The length keeps the two texts apart.
  return createHmac('sha256', keyFor(PURPOSE, key)).update(`${redisKey.length}:${redisKey}${text}`).digest()
}

/** Why text is not used: it is not of the shape, or another writer than this app has made or moved it. */
const refuse = (): never => {
  throw new Error('not written by this app')
}

/**
 * A codec for entries that decide rights. Where CACHE_ENCRYPTION_KEYS is set, they carry a MAC (HMAC-SHA-256, under a key
 * of its own, bound to the Redis key), and what has none or another one is a miss: `m1.<kid>.<base64url>.<JSON>`. The
 * first key signs, every key verifies. Without keys, whoever can write to Redis decides who is an admin.
 * `isValid` says whether JSON has the value's shape; other JSON is a miss too.
 */
export const signed = <T>(isValid: (value: unknown) => value is T): Codec<T> => ({
  encode(value, redisKey) {
    const text = toJson(value)
    const [first] = keySettings().CACHE_ENCRYPTION_KEYS ?? []
    return first ? `m1.${first.kid}.${macOf(first.key, text, redisKey).toString('base64url')}.${text}` : text
  },
  decode(entry, redisKey) {
    const ring = keySettings().CACHE_ENCRYPTION_KEYS
    const value: unknown = JSON.parse(ring ? verified(entry, redisKey, ring) : entry)
    return isValid(value) ? value : refuse()
  },
})

function verified(entry: string, redisKey: string, ring: readonly { kid: string; key: Buffer }[]): string {
  const [, kid, encoded, text] = /^m1\.([^.]+)\.([\w-]{43})\.(.+)$/s.exec(entry) ?? []
  const key = ring.find((one) => one.kid === kid)?.key
  if (!key || encoded === undefined || text === undefined) return refuse()
  return timingSafeEqual(macOf(key, text, redisKey), Buffer.from(encoded, 'base64url')) ? text : refuse()
}
