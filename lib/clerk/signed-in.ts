import { createHmac, timingSafeEqual } from 'node:crypto'
import { clerkSettings } from '../config'

/**
 * Whether Clerk's middleware found a valid session in this request. It replaces these headers in every request that it
 * handles. Where it did not run, a client could have sent them: the signature, made with the secret key, is checked as
 * `auth()` of @clerk/nextjs does (assertTokenSignature in its server/utils.js), and such a request counts as signed out.
 */
export function isSignedIn(headers: Headers): boolean {
  if (headers.get('x-clerk-auth-status') !== 'signed-in') return false
  const [token, signature] = [headers.get('x-clerk-auth-token'), headers.get('x-clerk-auth-signature')]
  if (!token || !signature) return false
  const expected = createHmac('sha1', clerkSettings().CLERK_SECRET_KEY).update(token).digest('hex')
  const [given, own] = [Buffer.from(signature), Buffer.from(expected)]
  return given.length === own.length && timingSafeEqual(given, own)
}
