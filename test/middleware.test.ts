import { generateKeyPairSync, sign } from 'node:crypto'
import { type NextFetchEvent, NextRequest } from 'next/server'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { useServices } from './support/services'

// With the key of a development instance, Clerk's middleware throws where it cannot verify the end of a handshake. It reads only
// keys of 2048 bits.
const keys = generateKeyPairSync('rsa', { modulusLength: 3072 })
const publishableKey = `pk_test_${btoa('clerk.example.test$')}`
useServices({
  env: {
    NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishableKey,
    CLERK_SECRET_KEY: 'sk_test_0123456789',
    CLERK_JWT_KEY: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  },
})

let middleware: typeof import('../middleware').default
// It reads the settings when it is loaded.
beforeAll(async () => {
  middleware = (await import('../middleware')).default
})

const event = { waitUntil() {} } as unknown as NextFetchEvent

const open = (path: string, cookies: Record<string, string>, accept = 'text/html') =>
  middleware(
    new NextRequest(`http://localhost:3000${path}`, {
      headers: {
        ...{ accept, 'sec-fetch-dest': 'document' },
        cookie: Object.entries(cookies)
          .map(([name, value]) => `${name}=${value}`)
          .join('; '),
      },
    }),
    event,
  )

const content = [{ alg: 'RS256', typ: 'JWT', kid: 'ins_localStandIn' }, { handshake: [] }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')
const HANDSHAKE_END = `${content}.${sign('RSA-SHA256', Buffer.from(content), keys.privateKey).toString('base64url')}`

test('what does not have the form of a token of Clerk does not get to its middleware', async () => {
  expect((await open('/?__clerk_handshake=made-up', {}))?.status).toBe(400)
  const cookies = { __clerk_handshake: 'made-up', __session: 'made-up', __clerk_db_jwt: 'browser' }
  expect((await open('/', cookies))?.status).toBe(200)
})

describe('what Clerk’s middleware throws', () => {
  const cookies = { __clerk_handshake: HANDSHAKE_END, __clerk_db_jwt: 'browser' }
  afterEach(() => {
    // The one of test/support/setup.ts.
    const log = vi.spyOn(console, 'error')
    expect(log).toHaveBeenCalledOnce()
    log.mockClear()
  })

  test('is a page that blames nobody, and leads to itself again, without what Clerk could not read', async () => {
    const response = await open(`//profile?a=%22%3E%3Cb%3E&__clerk_handshake=${HANDSHAKE_END}`, cookies)
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '5'])
    const page = (await response?.text()) ?? ''
    expect(page).toContain('<h1>Your sign-in could not be checked</h1>')
    expect(page).toContain('href="/profile?a=%22%3E%3Cb%3E">Try again</a>')
  })

  test('is the error of a route for what is not a browser that opens a page', async () => {
    const response = await open('/api/calendar/token', cookies, 'application/json')
    expect(response?.status).toBe(503)
    expect(await response?.json()).toMatchObject({ error: { code: 'unavailable' } })
  })
})

describe('the address to which Clerk’s middleware brings the token of a development browser', () => {
  const open = (target: string) =>
    middleware(
      new NextRequest(`http://localhost:3000/guides?a=1&__clerk_redirect_url=${encodeURIComponent(target)}`, {
        headers: { accept: 'text/html', host: 'localhost:3000', cookie: '__clerk_db_jwt=dvb_secret' },
      }),
      event,
    )

  test.each([
    'https://evil.example.com/x',
    '//evil.example.com/x',
    'x',
    'javascript:alert(1)',
    'javascript://localhost:3000/%0aalert(1)',
  ])('is of the app, and not %s', async (target) => {
    const location = (await open(target))?.headers.get('location')
    expect(location).toBe('http://localhost:3000/guides?a=1')
  })

  test('may be of another domain of the app', async () => {
    const location = (await open('http://localhost:3000/other'))?.headers.get('location')
    expect(location).toContain('http://localhost:3000/other?__clerk_db_jwt=dvb_secret')
  })
})
