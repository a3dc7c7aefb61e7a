import { createClerkClient } from '@clerk/backend'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

let clerk: ClerkStandIn
let sdk: ReturnType<typeof createClerkClient>

beforeAll(async () => {
  clerk = await startClerk({ appUrl: 'http://localhost:3000', seed })
  sdk = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
})
afterAll(() => clerk.close())

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error) => ({ status: error.status, code: error.errors?.[0]?.code }),
  )

describe('GET /v1/users', () => {
  it('returns the requested users, newest first, and leaves out unknown IDs', async () => {
    const { data, totalCount } = await sdk.users.getUserList({
      userId: [people.admin, people.expert, 'user_unknown', people.member],
    })
    expect(data.map((user) => user.id)).toEqual([people.expert, people.member, people.admin])
    expect(totalCount).toBe(3)
  })

  it('takes one value per parameter, and the SDK sends a count request as well', async () => {
    clerk.resetRequests()
    await sdk.users.getUserList({ userId: [people.admin, people.expert] })
    expect(clerk.requests()).toMatchObject({
      total: 2,
      byRoute: { 'GET /v1/users': 1, 'GET /v1/users/count': 1 },
    })
  })

  it.each([
    ['username', { username: ['AMARA-okafor'] }, [people.expert]],
    ['e-mail address', { emailAddress: ['Mia@example.com'] }, [people.member]],
    ['external id', { externalId: ['expert-1'] }, [people.expert]],
    ['part of anything', { query: 'lindgren' }, [people.admin]],
    [
      'ids to leave out',
      { query: '@example.com', userId: [`-${people.admin}`], limit: 1 },
      [people.tooFewScopes],
    ],
    ['nobody', { username: ['a:b*c\0'] }, []],
  ])('filters by %s', async (_, filter, ids) => {
    expect((await sdk.users.getUserList(filter)).data.map((user) => user.id)).toEqual(ids)
  })

  it('returns 10 users by default, with the requested order, limit and offset', async () => {
    expect((await sdk.users.getUserList()).data).toHaveLength(10)
    const named = await sdk.users.getUserList({ orderBy: '+first_name', limit: 2, offset: 1 })
    expect(named.data.map((user) => user.firstName)).toEqual(['Amara', 'Bruno'])
    await sdk.sessions.createSession({ userId: people.neverConnected })
    const active = await sdk.users.getUserList({ orderBy: '-last_active_at', limit: 1 })
    expect(active.data[0]?.id).toBe(people.neverConnected)
  })

  it.each([
    ['more than 100 values', { userId: Array.from({ length: 101 }, (_, index) => `user_${index}`) }],
    ['a limit over 500', { limit: 501 }],
    ['an unknown order', { orderBy: 'shoe_size' as 'username' }],
  ])('refuses %s', async (_, filter) => {
    expect(await failure(sdk.users.getUserList(filter))).toMatchObject({ status: 422 })
  })
})

describe('one user', () => {
  it('is found by ID, and an unknown ID is not found', async () => {
    const user = await sdk.users.getUser(people.member)
    expect(user).toMatchObject({
      fullName: 'Mia Moreau',
      username: 'mia-moreau',
      imageUrl: `${clerk.url}/avatars/${people.member}.svg?v=MM`,
      primaryEmailAddress: { emailAddress: 'mia@example.com' },
      externalAccounts: [{ provider: 'oauth_google' }],
    })
    expect(await failure(sdk.users.getUser('user_unknown'))).toEqual({
      status: 404,
      code: 'resource_not_found',
    })
  })

  it('is created, changed and deleted', async () => {
    const created = await sdk.users.createUser({
      emailAddress: ['New@Example.com'],
      username: 'Newcomer',
      firstName: 'New',
      publicMetadata: { role: 'member' },
    })
    expect(created).toMatchObject({ username: 'newcomer', publicMetadata: { role: 'member' } })
    const before = created.updatedAt
    const changed = await sdk.users.updateUser(created.id, { lastName: 'Comer', externalId: 'ext-1' })
    expect(changed).toMatchObject({ fullName: 'New Comer', externalId: 'ext-1' })
    expect(changed.updatedAt).toBeGreaterThan(before)
    expect(await sdk.users.deleteUser(created.id)).toMatchObject({ id: created.id, deleted: true })
    expect(await failure(sdk.users.getUser(created.id))).toMatchObject({ status: 404 })
  })

  it.each([
    ['a taken username', { username: 'mia-moreau' }, 'form_identifier_exists'],
    ['a short username', { username: 'abc' }, 'form_username_invalid_length'],
    ['a username with signs', { username: 'a:b*c' }, 'form_username_invalid_character'],
    ['an unknown parameter', { shoeSize: 43 }, 'form_param_unknown'],
    ['a name that is not a string', { firstName: 7 as unknown as string }, 'form_param_type_invalid'],
  ])('refuses %s', async (_, patch, code) => {
    expect(await failure(sdk.users.updateUser(people.admin, patch))).toEqual({ status: 422, code })
  })

  it('merges metadata deeply, deletes keys set to null, and can replace all of it', async () => {
    const id = people.neverConnected
    await sdk.users.replaceUserMetadata(id, { publicMetadata: { a: { b: 1, c: 2 }, d: [1, 2] } })
    const merged = await sdk.users.updateUserMetadata(id, {
      publicMetadata: { a: { b: null, e: 3 }, d: [3] },
      unsafeMetadata: JSON.parse('{"__proto__": {"polluted": true}}'),
    })
    expect(merged.publicMetadata).toEqual({ a: { c: 2, e: 3 }, d: [3] })
    expect({}).not.toHaveProperty('polluted')
    const replaced = await sdk.users.replaceUserMetadata(id, { publicMetadata: { role: 'member' } })
    expect(replaced.publicMetadata).toEqual({ role: 'member' })
    const huge = { publicMetadata: { text: 'x'.repeat(9000) } }
    expect(await failure(sdk.users.updateUserMetadata(id, huge))).toMatchObject({
      code: 'form_param_exceeds_allowed_size',
    })
  })
})

describe('the secret key', () => {
  it('is checked', async () => {
    const stranger = createClerkClient({ secretKey: 'sk_live_wrong', apiUrl: clerk.url })
    expect(await failure(stranger.users.getUser(people.admin))).toEqual({
      status: 401,
      code: 'clerk_key_invalid',
    })
  })
})

it('answers with the content type that the SDK parses as JSON', async () => {
  const headers = { authorization: `Bearer ${clerk.secretKey}` }
  const response = await fetch(`${clerk.url}/v1/users?limit=1`, { headers })
  expect(response.headers.get('content-type')).toBe('application/json')
  const refusal = await fetch(`${clerk.url}/v1/users?limit=0`, { headers })
  expect(refusal.headers.get('content-type')).toBe('application/json')
})
