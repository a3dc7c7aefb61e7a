import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

let clerk: ClerkStandIn

beforeAll(async () => {
  clerk = await startClerk({ appUrl: 'http://localhost:3000', seed })
})
afterAll(() => clerk.close())

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${clerk.url}/_local${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const clerkCall = () =>
  fetch(`${clerk.url}/v1/users/${people.admin}`, { headers: { authorization: `Bearer ${clerk.secretKey}` } })

it('reads and resets the counts', async () => {
  await clerkCall()
  expect(await (await call('GET', '/requests')).json()).toMatchObject({
    total: 1,
    byRoute: { 'GET /v1/users/{user_id}': 1 },
  })
  await call('DELETE', '/requests')
  expect(clerk.requests().total).toBe(0)
})

it('changes users and their tokens', async () => {
  await call('PATCH', `/users/${people.admin}`, { firstName: 'Changed' })
  expect(clerk.users().find((user) => user.id === people.admin)?.firstName).toBe('Changed')
  const { jwt } = await (await call('POST', `/users/${people.admin}/session`)).json()
  expect(jwt).toMatch(/^ey/)
  await call('PUT', `/users/${people.member}/token/scopes`, ['openid'])
  const member = () => clerk.users().find((user) => user.id === people.member)
  expect(member()?.accounts[0]?.scopes).toEqual(['openid'])
  await call('POST', `/users/${people.member}/token/expire`, { at: 1000 })
  expect(clerk.tokenInfo(member()?.accounts[0]?.token ?? '')?.expiresAt).toBe(1000)
  await call('POST', `/users/${people.member}/token/revoke`)
  expect(member()?.accounts[0]?.grant).toBe('revoked')
  await call('DELETE', `/users/${people.member}/accounts/${member()?.accounts[0]?.id}`)
  expect(member()?.accounts).toEqual([])
})

it('creates users and connects accounts', async () => {
  const { id } = await (
    await call('POST', '/users', { emails: ['made@example.com'], firstName: 'Made' })
  ).json()
  const account = await (await call('POST', `/users/${id}/accounts`, { scopes: ['openid'] })).json()
  expect(clerk.users().find((user) => user.id === id)).toMatchObject({
    firstName: 'Made',
    accounts: [{ id: account.id, email: 'made@example.com' }],
  })
})

it('injects faults and clears them', async () => {
  await call('POST', '/faults', { status: 500 })
  expect((await clerkCall()).status).toBe(500)
  await call('DELETE', '/faults')
  expect((await clerkCall()).status).toBe(200)
  await call('PUT', '/rate-limit', { requests: 1 })
  expect([(await clerkCall()).status, (await clerkCall()).status]).toEqual([200, 429])
})

it('controls webhooks', async () => {
  for (const action of ['pause', 'resume', 'duplicate', 'lose', 'retry', 'flush'])
    expect((await call('POST', `/webhooks/${action}`)).status).toBe(200)
  expect((await call('POST', '/webhooks/explode')).status).toBe(404)
})

it('refuses requests from browsers', async () => {
  const response = await call('DELETE', '/requests', undefined, { origin: 'http://localhost:3000' })
  expect(response.status).toBe(403)
})
