import { type NextFetchEvent, NextRequest } from 'next/server'
import { expect, test, vi } from 'vitest'
import { people } from '../local/seed'
import { useServices } from './support/services'

const services = useServices({
  env: { CLERK_JWT_KEY: undefined, CLERK_SECRET_KEY: 'sk_live_not_the_one_of_the_instance' },
})

test('a secret key that Clerk does not accept is said in words where Clerk has to be asked for its public keys', async () => {
  const middleware = (await import('../middleware')).default
  const { cookies } = await services.clerk.issueSession(people.member)
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const request = new NextRequest('https://app.example.test/guides', { headers: { cookie } })
  // The one of test/support/setup.ts.
  const log = vi.spyOn(console, 'error')
  const answer = await middleware(request, { waitUntil() {} } as unknown as NextFetchEvent)
  expect(answer?.status).toBe(503)
  expect(log.mock.calls).toEqual([[expect.stringMatching(/^Clerk: CLERK_SECRET_KEY was not accepted\./)]])
  log.mockClear()
})
