import { hkdfSync } from 'node:crypto'
import { z } from 'zod'
import { defineSettings, isRepetitive, variable } from '../env'

/**
 * `kid:base64` pairs, comma separated; the first key seals, every key opens. Problems name the position and not the ID:
 * where the ID was left out, the key itself would be shown.
 */
const keyRing = z.string().transform((value, context) =>
  value.split(',').map((pair, index, pairs) => {
    const [kid = '', encoded = ''] = pair.trim().split(':')
    const key = Buffer.from(encoded, 'base64')
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(kid))
      context.addIssue(`key ${index + 1} must start with an ID of letters and digits, then ":"`)
    else if (pairs.findIndex((other) => other.trim().startsWith(`${kid}:`)) !== index)
      context.addIssue(`key ${index + 1} has the ID of an earlier key`)
    else if (key.length !== 32) context.addIssue(`key ${index + 1} must be 32 bytes in base64`)
    else if (isRepetitive(key, 8))
      context.addIssue(`key ${index + 1} repeats a few bytes; \`openssl rand -base64 32\` makes a key`)
    return { kid, key }
  }),
)

/** What is wrong with a key ring as CACHE_ENCRYPTION_KEYS has it. */
export function parseKeyRing(text: string): { error?: string } {
  const result = keyRing.safeParse(text)
  return result.success ? {} : { error: result.error.issues[0]?.message ?? 'malformed' }
}

export const keySettings = defineSettings({
  CACHE_ENCRYPTION_KEYS: variable(
    keyRing.optional(),
    'encrypts OAuth tokens and private metadata in Redis, and protects users there against changes; kid:base64 of 32 bytes, newest first',
    'k1:$(openssl rand -base64 32)',
  ),
})

/** The keys of CACHE_ENCRYPTION_KEYS; the first seals. @throws ConfigurationError without any */
export const encryptionKeys = () => keySettings.require('CACHE_ENCRYPTION_KEYS')

const derived = new WeakMap<Buffer, Map<string, Buffer>>()

/** One key per purpose (HKDF, RFC 5869): no purpose can read or write what another one has sealed. */
export function keyFor(purpose: string, master: Buffer): Buffer {
  const keys = derived.get(master) ?? new Map<string, Buffer>()
  derived.set(master, keys)
  const key =
    keys.get(purpose) ?? Buffer.from(hkdfSync('sha256', master, '', `clerk-cache-kit:${purpose}`, 32))
  keys.set(purpose, key)
  return key
}
