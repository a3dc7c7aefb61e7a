import { type NextFetchEvent, NextRequest } from 'next/server'
import { beforeAll, expect, test, vi } from 'vitest'
import { people } from '../local/seed'
import { useServices } from './support/services'

// With the key of a production instance Clerk's middleware answers at once, without a redirect to the address without the nonce.
let behind = 0
const services = useServices({
  now: () => Date.now() - behind,
  env: {
    NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: `pk_live_${btoa('clerk.example.test$')}`,
    CLERK_SECRET_KEY: 'sk_live_0123456789',
  },
})

let middleware: typeof import('../middleware').default
// It reads the settings when it is loaded.
beforeAll(async () => {
  middleware = (await import('../middleware')).default
})

const event = { waitUntil() {} } as unknown as NextFetchEvent

async function open(path: string, cookies: Record<string, string>) {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const headers = { origin: 'null', accept: 'text/html', cookie }
  const answer = await middleware(new NextRequest(`https://app.example.test${path}`, { headers }), event)
  const status = answer?.headers.get('x-middleware-request-x-clerk-auth-status')
  expect(answer?.headers.has('access-control-allow-origin')).toBe(false)
  expect(answer?.headers.has('access-control-allow-credentials')).toBe(false)
  return { status, location: answer?.headers.get('location') }
}

test('the end of a handshake that somebody makes up is answered as to a visitor, whatever session is beside it', async () => {
  const { cookies } = await services.clerk.issueSession(people.admin)
  const own = { ...cookies, __client_uat: '1' }
  expect(await open('/', own)).toMatchObject({ status: 'signed-in', location: null })
  // Clerk's SDK prints that it could not read the nonce.
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const nonce = { __clerk_handshake_nonce: 'made-up' }
  expect(await open('/', { ...own, ...nonce })).toMatchObject({ status: 'signed-out' })
  expect(await open('/?__clerk_handshake_nonce=made-up', own)).toMatchObject({ status: 'signed-out' })
  const { location } = await open('/dashboard', { ...own, ...nonce })
  expect(location).toMatch(/\/sign-in\?/)
  log.mockClear()
})

test('the end of a handshake in an address that Clerk refuses leads to the address without it, for the session that is beside it', async () => {
  const { cookies } = await services.clerk.issueSession(people.admin)
  const own = { ...cookies, __client_uat: '1' }
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const refused = await open('/dashboard?range=1h&__clerk_handshake_nonce=made-up', own)
  expect(refused.location).toBe('https://app.example.test/dashboard?range=1h')
  expect(await open('/dashboard?range=1h', own)).toMatchObject({ status: 'signed-in', location: null })
  const visitor = await open('/dashboard?range=1h', {})
  expect(visitor.location).toContain(encodeURIComponent('/dashboard?range=1h'))
  log.mockClear()
})

test('a session token that has expired leads to Clerk for a new one, also while Clerk’s Backend API is down', async () => {
  behind = 120_000
  const { cookies } = await services.clerk.issueSession(people.member)
  behind = 0
  services.clerk.faults.add({ status: 503 })
  const { location } = await open('/profile', { ...cookies, __client_uat: '1', __refresh: 'made-up' })
  expect(location).toContain('/v1/client/handshake?redirect_url=')
})
