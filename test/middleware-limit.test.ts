import { generateKeyPairSync, sign } from 'node:crypto'
import { type NextFetchEvent, NextRequest } from 'next/server'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { useServices } from './support/services'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })

const ORIGIN = 'https://app.example.test'

// Each process may ask Clerk about one end of a handshake and one renewal in 10 s.
useServices({
  env: {
    APP_ORIGINS: ORIGIN,
    CLERK_RATE_LIMIT: '4',
    CLERK_JWT_KEY: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: `pk_live_${btoa('clerk.example.test$')}`,
    CLERK_SECRET_KEY: 'sk_live_0123456789',
  },
})

let middleware: typeof import('../middleware').default
// It reads the settings when it is loaded.
beforeAll(async () => {
  middleware = (await import('../middleware')).default
})

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
function signed(payload: unknown): string {
  const content = `${encoded({ alg: 'RS256', typ: 'JWT', kid: 'ins_2abc' })}.${encoded(payload)}`
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), keys.privateKey).toString('base64url')}`
}

/** A session token that was made so many seconds ago, with a claim of so many characters. */
function session({ age = 0, claim = 0 }): string {
  const iat = Math.floor(Date.now() / 1000) - age
  const times = { iat, nbf: iat - 10, exp: iat + 60 }
  return signed({ ...times, azp: ORIGIN, sub: 'user_1', sid: 'sess_1', v: 2, claim: 'x'.repeat(claim) })
}

const event = { waitUntil() {} } as unknown as NextFetchEvent

type Cookies = Record<string, string>

function open(path: string, headers: Record<string, string>, cookies: Cookies = {}) {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const url = new URL(path, ORIGIN)
  return middleware(new NextRequest(url, { headers: { ...headers, ...(cookie && { cookie }) } }), event)
}

const page = { accept: 'text/html', 'sec-fetch-dest': 'document' }
const script = { accept: '*/*', 'sec-fetch-dest': 'empty' }

test('once the renewals of 10 s are used up, a page is led to Clerk, and nothing else is answered as to a visitor', async () => {
  const cookies = { __session: session({ age: 120 }), __client_uat: '1', __refresh: 'made-up' }
  await open('/', script, cookies)
  const { headers } = (await open('/profile', page, cookies)) ?? {}
  expect(headers?.get('location')).toContain('/v1/client/handshake')
  for (const [path, kind] of [
    ['/api/calendar/token', {}],
    ['/profile', { rsc: '1' }],
    ['/guides', { rsc: '1', 'next-router-prefetch': '1' }],
  ] as const) {
    const answer = await open(path, { ...script, ...kind }, cookies)
    expect([path, answer?.status, answer?.headers.get('retry-after')]).toEqual([path, 503, '5'])
    expect(await answer?.json()).toMatchObject({ error: { code: 'unavailable' } })
  }
  expect((await open('/api/calendar/token', script))?.status).toBe(200)
})

/** Redirects that browsers follow. */
const MOST_REDIRECTS = 20
/** Characters. Browsers drop longer cookies. */
const LONGEST_COOKIE = 4096

const nameAndValue = (cookie: string) => cookie.split(';', 1).join().split(/=(.*)/)

/** Opens a page as a browser does. In production, Clerk leads back with what it says in a cookie of the app. */
async function browse(cookies: Cookies, token: string) {
  for (let i = 0; i < MOST_REDIRECTS; i += 2) {
    const answer = await open('/profile', page, cookies)
    delete cookies.__clerk_handshake
    delete cookies.__clerk_handshake_nonce
    for (const [name = '', value = ''] of (answer?.headers.getSetCookie() ?? []).map(nameAndValue))
      cookies[name] = value
    const location = answer?.headers.get('location')
    if (!location) return answer
    const handshake = signed({ handshake: [`__session=${token}; Path=/`] })
    if (new URL(location).searchParams.has('format')) cookies.__clerk_handshake_nonce = 'a-nonce'
    else if (handshake.length < LONGEST_COOKIE) cookies.__clerk_handshake = handshake
  }
  throw new Error('Too many redirects')
}

test.each([
  ['of a sign-in leads in', 0, false, 200],
  ['of a sign-in is the page of an outage if the session token has 3.5 KB', 2300, false, 503],
  ['of a renewal leads in', 0, true, 200],
  ['of a renewal is the page of an outage if the session token has 3.5 KB', 2300, true, 503],
])('once the limit is used up, the handshake %s', async (_, claim, isRenewal, status) => {
  // Clerk's SDK prints that it could not read the nonce.
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const expired = (claim: number) => ({ __session: session({ age: 120, claim }), __refresh: 'made-up' })
  await open('/', script, { __clerk_handshake_nonce: 'made-up' })
  await open('/', script, { __client_uat: '1', ...expired(0) })
  log.mockClear()
  const answer = await browse({ __client_uat: '1', ...(isRenewal && expired(claim)) }, session({ claim }))
  expect(answer?.status).toBe(status)
  expect(answer?.headers.has('retry-after')).toBe(status === 503)
  const who = answer?.headers.get('x-middleware-request-x-clerk-auth-status')
  expect(who).toBe(status === 200 ? 'signed-in' : null)
})
