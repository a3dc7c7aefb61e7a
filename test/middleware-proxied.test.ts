import { type NextFetchEvent, NextRequest } from 'next/server'
import { beforeAll, expect, test } from 'vitest'
import { useServices } from './support/services'

// At *.vercel.app the SDK sends what is for Clerk's Frontend API through the app. Nothing listens on port 1.
useServices({ env: { NEXT_PUBLIC_CLERK_PROXY_URL: undefined, CLERK_FAPI_URL: 'http://127.0.0.1:1' } })

let middleware: typeof import('../middleware').default
// It reads the settings when it is loaded.
beforeAll(async () => {
  middleware = (await import('../middleware')).default
})

const event = { waitUntil() {} } as unknown as NextFetchEvent
const renew = (accept: string) =>
  middleware(
    new NextRequest('https://an-app.vercel.app/__clerk/v1/client/handshake', { headers: { accept } }),
    event,
  )

test('somebody whose session token is renewed by a Clerk that is not responding sees a page, and a script gets the error', async () => {
  const page = await renew('text/html')
  expect([page?.status, page?.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await page?.text()).toContain('<h1>Your sign-in could not be checked</h1>')

  const error = await renew('*/*')
  expect(error?.status).toBe(502)
  expect(await error?.json()).toMatchObject({ errors: [{ code: 'proxy_request_failed' }] })
})

test.each(['app.example.com', 'app.example.com, inner.example:3000'])(
  'a link over the page to sign in opens no route of the app that is forwarded for %s',
  async (forwarded) => {
    const address =
      'http://localhost:3000/sign-in?redirect_url=https://app.example.com/api/dashboard/audit/export'
    const request = new NextRequest(address, { headers: { 'x-forwarded-host': forwarded } })
    const response = await middleware(request, event)
    expect(response?.headers.get('location')).toBe('http://localhost:3000/sign-in')
  },
)
