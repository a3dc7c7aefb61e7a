import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isSignedIn } from '@/lib/clerk/signed-in'

const KEY = 'sk_test_signed_in'
let before: string | undefined
beforeAll(() => {
  before = process.env.CLERK_SECRET_KEY
  process.env.CLERK_SECRET_KEY = KEY
})
afterAll(() => {
  if (before === undefined) delete process.env.CLERK_SECRET_KEY
  else process.env.CLERK_SECRET_KEY = before
})

const headers = (status: string, signature: string, token = 'a.b.c') =>
  new Headers({
    'x-clerk-auth-status': status,
    'x-clerk-auth-token': token,
    'x-clerk-auth-signature': signature,
  })
const signature = createHmac('sha1', KEY).update('a.b.c').digest('hex')

test('a request that Clerk’s middleware has found signed in is signed in', () => {
  expect(isSignedIn(headers('signed-in', signature))).toBe(true)
})

test.each([
  ['that is signed out', headers('signed-out', signature)],
  ['without the headers, where the middleware did not run', new Headers()],
  ['whose client has sent the headers itself', headers('signed-in', 'f'.repeat(40))],
  ['with the signature of another token', headers('signed-in', signature, 'x.y.z')],
  ['with a signature of another length', headers('signed-in', 'é')],
  ['without a token', headers('signed-in', createHmac('sha1', KEY).update('').digest('hex'), '')],
])('a request %s counts as signed out', (_, given) => {
  expect(isSignedIn(given)).toBe(false)
})
