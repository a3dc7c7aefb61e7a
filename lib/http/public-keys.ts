import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { unexpectedAnswer } from '../clerk/error'
import { type Json, record, records, word } from '../clerk/json'
import { readJwtKey } from '../clerk/jwt-key'
import { clerkGet } from '../clerk/request'
import { type Clock, systemClock } from '../lookup/clock'
import { outside } from '../lookup/outside'
import { decodedPart } from './clerk-token'

/** Milliseconds after which keys are asked for again, behind the request that notices it. */
const FRESH = 5 * 60_000
/** The same after a failure. */
const AGAIN = 10_000
/** The same where a token names a key that is not known, which anybody can make up, and while there are no keys at all. */
const MISSING = 1_000
/** Milliseconds that Clerk has for its answer. */
const TIMEOUT = 5_000

interface PublicKey {
  /** Undefined for one that serves all tokens. */
  id?: string
  pem: string
  key: KeyObject
}

/** What the public keys of a Clerk instance say of tokens. */
export interface PublicKeys {
  /** Whether one of them has signed a token that has the form of one of Clerk. */
  isSigned(token: string): boolean
  /** The PEM of the one that has signed the first of these tokens that is signed at all, or of any. */
  pemFor(tokens: string[]): string
  /** How many there are: two while Clerk changes from one to the other. */
  count: number
}

/** Resolves to the keys by which these tokens can be checked. @throws ClerkError if Clerk has to be asked and does not answer */
export type FindPublicKeys = (tokens: string[]) => Promise<PublicKeys>

function isSignedBy({ key }: PublicKey, token: string): boolean {
  const [header, payload, text = ''] = token.split('.')
  const signature = Buffer.from(text, 'base64url')
  if (signature.length * 8 !== key.asymmetricKeyDetails?.modulusLength) return false
  const hash = `RSA-SHA${decodedPart(token, 0)?.alg.slice(2)}`
  return verify(hash, Buffer.from(`${header}.${payload}`), key, signature)
}

const publicKeys = (keys: readonly PublicKey[]): PublicKeys => ({
  isSigned: (token) => keys.some((key) => isSignedBy(key, token)),
  pemFor(tokens) {
    const [first] =
      keys.length === 1 ? keys : tokens.flatMap((token) => keys.filter((key) => isSignedBy(key, token)))
    return (first ?? keys[0])?.pem ?? ''
  },
  count: keys.length,
})

const publicKey = (key: KeyObject, id?: string): PublicKey => ({
  key,
  pem: key.export({ type: 'spki', format: 'pem' }).toString(),
  ...(id !== undefined && { id }),
})

/** The key of `CLERK_JWT_KEY`. @throws Error for text that is no public key */
export function givenPublicKey(pem: string): FindPublicKeys {
  const keys = publicKeys([publicKey(readJwtKey(pem))])
  return async () => keys
}

/** Empty for a record that is none. */
function publicKeyIn(jwk: Json): PublicKey[] {
  try {
    const id = word(jwk.kid)
    return id && jwk.kty === 'RSA' ? [publicKey(createPublicKey({ key: { ...jwk }, format: 'jwk' }), id)] : []
  } catch {
    return []
  }
}

/** @throws ClerkError */
async function askClerk(): Promise<PublicKey[]> {
  const answer = await clerkGet('/jwks', new URLSearchParams(), TIMEOUT)
  const keys = records(record(answer).keys).flatMap(publicKeyIn)
  if (keys.length === 0) throw unexpectedAnswer()
  return keys
}

/**
 * The keys that Clerk says, without `CLERK_JWT_KEY`. One request for all that need them, when the first token comes and then every
 * 5 minutes. Nobody waits for a later one, but whose token names a key that is not known. While Clerk does not answer, the keys
 * that are known go on. `clerkMiddleware` would ask for each token whose key it does not know.
 */
export function createPublicKeys(clock: Pick<Clock, 'now'> = systemClock): FindPublicKeys {
  let keys: readonly PublicKey[] = []
  let askedAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let underWay: Promise<void> | undefined

  async function ask() {
    askedAt = clock.now()
    try {
      keys = await askClerk()
      failure = undefined
    } catch (error) {
      failure = error
    }
    underWay = undefined
  }

  return async (tokens) => {
    const age = clock.now() - askedAt
    const ids = tokens.map((token) => decodedPart(token, 0)?.kid)
    const isKnown = (id: unknown) => keys.some((key) => key.id === id)
    const isNew = !ids.every(isKnown)
    // A process that did nothing for long asks before it goes on.
    const waits = isNew || (!failure && age >= 2 * FRESH)
    if (age >= (keys.length === 0 || isNew ? MISSING : failure ? AGAIN : FRESH)) underWay ??= outside(ask)
    if (waits || keys.length === 0) await underWay
    // Whether Clerk has signed a token of an unknown key is not known then either.
    if (keys.length === 0 || (failure && ids.length > 0 && !ids.some(isKnown))) throw failure
    return publicKeys(keys)
  }
}
