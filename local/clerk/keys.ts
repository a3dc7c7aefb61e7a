import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK, exportSPKI, SignJWT } from 'jose'
import type { Session } from './records'

/** A production key, so that the SDK expects no development-browser cookie; its domain is never contacted. */
const FRONTEND_API = 'clerk.example.test'
export const PUBLISHABLE_KEY = `pk_live_${Buffer.from(`${FRONTEND_API}$`).toString('base64')}`
export const SECRET_KEY = 'sk_live_local_stand_in_0123456789abcdefghijkl'
export const WEBHOOK_SECRET = `whsec_${Buffer.from('local-stand-in-webhook-secret-32').toString('base64')}`

/** clerk-js writes each cookie twice, the second time under a name with this suffix. */
export const COOKIE_SUFFIX = createHash('sha1').update(PUBLISHABLE_KEY).digest('base64url').slice(0, 8)

const KEY_ID = 'ins_localStandIn'
const LIFETIME = 60

export type Keys = Awaited<ReturnType<typeof generateKeys>>

let keys: Promise<Keys> | undefined

/**
 * One pair per process: generating one takes 250 ms, and tests start many stand-ins. `LOCAL_CLERK_KEY`, a private RSA
 * key as PEM, is used instead if it is set, so that the processes of a test run need not generate one each.
 */
export function createKeys(): Promise<Keys> {
  keys ??= generateKeys()
  return keys
}

async function generateKeys() {
  const given = process.env.LOCAL_CLERK_KEY
  const privateKey = given
    ? createPrivateKey(given)
    : (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey
  const publicKey = createPublicKey(privateKey)
  return {
    jwtKey: await exportSPKI(publicKey),
    jwks: { keys: [{ ...(await exportJWK(publicKey)), use: 'sig', kid: KEY_ID, alg: 'RS256' }] },

    /** A session token of Clerk's version 2. `at` is in milliseconds, `lifetime` in seconds (default: 60). */
    sign(session: Session, authorizedParty: string, at: number, lifetime = LIFETIME): Promise<string> {
      const issuedAt = Math.floor(at / 1000)
      return new SignJWT({
        azp: authorizedParty,
        ...(session.impersonator && { act: { sub: session.impersonator } }),
        fva: [Math.floor((at - session.createdAt) / 60_000), -1],
        sid: session.id,
        sts: session.pending ? 'pending' : 'active',
        v: 2,
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
        .setIssuer(`https://${FRONTEND_API}`)
        .setSubject(session.userId)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt - 10)
        .setExpirationTime(issuedAt + lifetime)
        .sign(privateKey)
    },
  }
}
