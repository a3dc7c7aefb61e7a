import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Codec } from '../lookup/entry'
import { KitError } from '../lookup/errors'
import { json } from '../lookup/json'
import { encryptionKeys, keyFor } from './key-ring'

/** A sealed value could not be opened: unknown key, or not what was sealed under this Redis key. */
export class SealError extends KitError<'seal_broken'> {
  static override readonly kind: string = 'SealError'
  constructor() {
    super(
      'seal_broken',
      'A sealed value could not be opened: its key is not in CACHE_ENCRYPTION_KEYS, or it was altered.',
    )
  }
}

/** What a key is derived for: a token does not open as metadata. */
type Purpose = 'token' | 'private-metadata'

/**
 * Seals text with AES-256-GCM under the first key of CACHE_ENCRYPTION_KEYS, bound to the Redis key it is stored
 * under. Envelope: `v1.<kid>.<base64url of iv (12 bytes), ciphertext, tag (16 bytes)>`.
 * @throws ConfigurationError without a key.
 */
export function seal(text: string, redisKey: string, purpose: Purpose = 'token'): string {
  const [first] = encryptionKeys()
  if (!first) throw new SealError()
  const { kid, key } = first
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyFor(purpose, key), iv).setAAD(Buffer.from(redisKey))
  const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${kid}.${body.toString('base64url')}`
}

/** Opens what `seal` made, with any key of the ring. @throws SealError */
export function unseal(envelope: string, redisKey: string, purpose: Purpose = 'token'): string {
  const [version, kid, encoded = ''] = envelope.split('.')
  const entry = encryptionKeys().find((candidate) => candidate.kid === kid)
  const body = Buffer.from(encoded, 'base64url')
  if (version !== 'v1' || !entry || body.length < 28) throw new SealError()
  const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose, entry.key), body.subarray(0, 12))
    .setAAD(Buffer.from(redisKey))
    .setAuthTag(body.subarray(-16))
  try {
    return decipher.update(body.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new SealError()
  }
}

/**
 * A codec whose text in Redis is sealed. What opens was written by this code, under this Redis key and version, so its
 * shape is not checked again unless `inner` does. Every key of the ring opens; an old key can leave the ring once the
 * longest TTL has passed.
 */
export const sealed = <T>(purpose: Purpose = 'token', inner: Codec<T> = json()): Codec<T> => ({
  encode: (value, redisKey) => seal(inner.encode(value, redisKey), redisKey, purpose),
  decode: (text, redisKey): T => inner.decode(unseal(text, redisKey, purpose), redisKey),
})
