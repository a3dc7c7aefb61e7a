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
