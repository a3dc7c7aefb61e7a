import { createClerkClient } from '@clerk/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

let clerk: ClerkStandIn
let clock: number
let sdk: ReturnType<typeof createClerkClient>

beforeEach(async () => {
  clock = Date.now()
  clerk = await startClerk({ appUrl: 'http://localhost:3000', seed, now: () => clock })
  sdk = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
})
afterEach(() => clerk.close())

const read = () =>
  sdk.users.getUser(people.admin).then(
    () => 'ok',
    (error) => ({ status: error.status, code: error.errors?.[0]?.code, retryAfter: error.retryAfter }),
  )

it('answers with an error for the given route, the given number of times', async () => {
  clerk.faults.add({ route: 'GET /v1/users/{user_id}', times: 1, status: 500 })
  expect(await sdk.users.getCount()).toBe(seed.users.length)
  expect(await read()).toMatchObject({ status: 500, code: 'internal_clerk_error' })
  expect(await read()).toBe('ok')
})

it('answers 429 with Retry-After', async () => {
  clerk.faults.add({ status: 429, retryAfter: 7, times: 1 })
  expect(await read()).toEqual({ status: 429, code: 'too_many_requests', retryAfter: 7 })
})

it('a delayed answer has the state at the time of the request', async () => {
  clerk.faults.add({ latencyMs: 50, times: 1 })
  const late = sdk.users.getUser(people.admin)
  await expect.poll(() => clerk.requests().total).toBe(1)
  clerk.updateUser(people.admin, { firstName: 'Newer' })
  expect((await late).firstName).toBe('Ada')
  expect((await sdk.users.getUser(people.admin)).firstName).toBe('Newer')
})

it('is slow, refuses the connection, or hangs', async () => {
  clerk.faults.add({ latencyMs: 50, times: 1 })
  const begun = performance.now()
  expect(await read()).toBe('ok')
  expect(performance.now() - begun).toBeGreaterThan(45)

  clerk.faults.add({ connection: 'refuse', times: 1 })
  expect(await read()).toMatchObject({ status: undefined })

  clerk.faults.add({ connection: 'hang' })
  const url = `${clerk.url}/v1/users/${people.admin}`
  await expect(fetch(url, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/)
  clerk.faults.clear()
  expect(await read()).toBe('ok')
})

it('limits requests per window, and updates of one user more strictly', async () => {
  clerk.faults.limit({ requests: 20 })
  for (let request = 0; request < 20; request += 1) expect(await read()).toBe('ok')
  expect(await read()).toMatchObject({ status: 429, retryAfter: 10 })
  clock += 9_500
  expect(await read()).toMatchObject({ status: 429, retryAfter: 1 })
  clock += 500
  expect(await read()).toBe('ok')

  clerk.faults.limit({ requests: 1000, updatesPerUser: 2 })
  const update = (id: string) => sdk.users.updateUser(id, { firstName: 'Ada' })
  await update(people.admin)
  await update(people.admin)
  await expect(update(people.admin)).rejects.toMatchObject({ status: 429 })
  await update(people.member)
})
