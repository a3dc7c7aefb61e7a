import { createClerkClient } from '@clerk/backend'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isStoredUser, namesIn, toCachedUser } from '@/lib/cache/cached-user'
import {
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  getCachedUsersByIds,
  userIdsByRole,
} from '@/lib/cache/clerk-cache'
import { lookups } from '@/lib/cache/lookups'
import { ClerkError } from '@/lib/clerk/error'
import { type LeftOutEvent, onLeftOut } from '@/lib/clerk/events'
import { redis } from '@/lib/config'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { people } from '../../../local/seed'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { fullOr } from '../../support/full'
import { useServices } from '../../support/services'
import { wholeUser } from '../../support/whole-user'

type User = Record<string, unknown>

let between: Between
const services = useServices({
  async env() {
    between = await startBetween(() => services.env.CLERK_API_URL ?? '')
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())

let odd: string
let healthy: string
let names = 0
let leftOut: LeftOutEvent[]
let stop: () => void
beforeEach(() => {
  between.alter()
  names++
  odd = services.clerk.createUser({
    firstName: 'Odd',
    username: `odd-${names}`,
    emails: [`o${names}@example.com`],
  }).id
  healthy = services.clerk.createUser({ firstName: 'Healthy', emails: [`h${names}@example.com`] }).id
  services.clerk.connect(odd, { scopes: ['a'] })
  leftOut = []
  stop = onLeftOut('test', (event) => leftOut.push(event))
})
afterEach(() => stop())

const alterOdd = (change: (user: User) => unknown) =>
  between.alterUsers((user) => (user.id === odd ? change(user) : user))

const accounts = (user: User, change: (account: User) => unknown) => ({
  ...user,
  external_accounts: [user.external_accounts].flat().map((account) => change(Object(account))),
})
const without = (record: User, ...fields: string[]) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)))

describe('an odd user', () => {
  test.each<[string, (user: User) => User]>([
    [
      'has an account without a provider',
      (user) => accounts(user, (account) => without(account, 'provider')),
    ],
    ['has an account that is null', (user) => ({ ...user, external_accounts: [null] })],
    ['has null for each list', (user) => ({ ...user, external_accounts: null, email_addresses: null })],
    ['has text for each list', (user) => ({ ...user, external_accounts: 'none', email_addresses: 'none' })],
    [
      'has an e-mail address that is a number',
      (user) => ({ ...user, email_addresses: [{ email_address: 7 }] }),
    ],
    [
      'has a verification of an unknown kind',
      (user) => ({ ...user, email_addresses: [{ id: 'a', email_address: 'a@b.c', verification: 'yes' }] }),
    ],
    ['has no times', (user) => without(user, 'created_at', 'updated_at', 'last_sign_in_at')],
    ['has metadata that is a list', (user) => ({ ...user, public_metadata: [], unsafe_metadata: 'dark' })],
    ['has a username that is a number', (user) => ({ ...user, username: 7 })],
    ['has only an ID', ({ id, first_name }) => ({ id, first_name })],
  ])('that %s is shown, alone and beside others', async (_, change) => {
    alterOdd(change)
    const users = await getCachedUsersByIds([odd, healthy])
    expect(users.map(({ firstName }) => firstName)).toEqual(['Odd', 'Healthy'])
    expect(await getCachedUserById(odd)).toMatchObject({ id: odd, firstName: 'Odd' })
    expect(leftOut).toEqual([])
  })

  // The browser of a user can write anything into unsafe metadata.
  test.each([
    ['is nested too deep', `${'['.repeat(4000)}${']'.repeat(4000)}`],
    ['has a number that is none in JavaScript', '1e999'],
  ])(
    'whose metadata %s is shown, alone and beside others, with the rest of the metadata',
    async (_, value) => {
      services.clerk.updateUser(odd, { unsafeMetadata: { setup: 'complete', hostile: 'HOSTILE' } })
      between.alter(({ body }) => ({ body: body.replace('"HOSTILE"', value) }))
      const users = await getCachedUsersByIds([odd, healthy])
      expect(users.map(({ firstName }) => firstName)).toEqual(['Odd', 'Healthy'])
      expect((await getCachedUserById(odd))?.unsafeMetadata).toMatchObject({ setup: 'complete' })
    },
  )

  test('with times as text has the same times', async () => {
    const before = await getCachedUserById(odd)
    const user = services.clerk.createUser({ emails: [`iso${names}@example.com`] })
    const iso = new Date(Number(before?.updatedAt)).toISOString()
    between.alterUsers((json) => ({ ...json, created_at: iso, updated_at: iso }))
    expect(await getCachedUserById(user.id)).toMatchObject({
      createdAt: before?.updatedAt,
      updatedAt: before?.updatedAt,
    })
  })

  test.each<[string, (account: User) => User]>([
    ['an object name', (account) => ({ ...without(account, 'provider'), object: 'google_account' })],
    ['a google_id', (account) => ({ ...without(account, 'provider', 'object'), google_id: '1' })],
  ])('of which Google is known only by %s is connected to Google', async (_, change) => {
    alterOdd((user) => accounts(user, change))
    expect((await getCachedUserById(odd))?.connectedProviders).toEqual(['google'])
  })

  test.each<[string, (user: User) => unknown, string]>([
    ['without an ID', (user) => without(user, 'id'), 'none'],
    ['whose ID is a number', (user) => ({ ...user, id: 7 }), 'none'],
    ['that is null', () => null, 'none'],
    ['that is text', () => 'a user', 'none'],
  ])('%s is left out of a list, with an event, and no other', async (_, change, id) => {
    alterOdd(change)
    expect((await getCachedUsersByIds([odd, healthy])).map((user) => user.id)).toEqual([healthy])
    expect(leftOut).toEqual([{ record: 'user', id }])
  })

  test('does not hide the others with its role', async () => {
    services.clerk.updateUser(healthy, { publicMetadata: { role: `chef-${names}` } })
    alterOdd((user) => without(user, 'id'))
    expect(await userIdsByRole(`chef-${names}`)).toEqual([healthy])
  })

  test('a list by role that is longer than any that was asked for is a miss: somebody wrote it', async () => {
    const role = `cook-${names}`
    services.clerk.updateUser(healthy, { publicMetadata: { role } })
    await userIdsByRole(role)
    const [key = ''] = await redis().run('keys', (client) => client.keys(`ck:e:role.*:${role}`))
    const entry = (await redis().run('get', (client) => client.get<string>(key))) ?? ''
    const many = JSON.stringify(Array.from({ length: 101 }, (_, i) => `user_${i}`))
    const planted = entry.replace(/v\d+\|.*$/, `v${many.length}|${many}`)
    await redis().run('set', (client) => client.set(key, planted))
    expect(await userIdsByRole.fresh(role)).toEqual([healthy])
  })
})

test.each(['-V1StGXR8_Z5jdHi6B-myT', '+4930123456', '!id', '--', 'plain'])(
  'the external ID %s is found among 150 users',
  async (externalId) => {
    const { id } = services.clerk.createUser({
      emails: [`x${names}@example.com`],
      externalId: `${externalId}${names}`,
    })
    for (let i = 0; i < 150; i++) services.clerk.createUser({ emails: [`m${names}-${i}@example.com`] })
    expect((await getCachedUserByExternalId(`${externalId}${names}`))?.id).toBe(id)
    expect(await getCachedUserByExternalId(`${externalId}${names}-other`)).toBeNull()
  },
)

test('a username has no sign', async () => {
  const { id } = services.clerk.createUser({ username: `-odd-${names}`, emails: [`s${names}@example.com`] })
  expect((await getCachedUserByUsername(`-odd-${names}`))?.id).toBe(id)
})

test('users that come in another order, twice, or that were not asked for are told apart by their IDs', async () => {
  between.alter(({ method, body }) => {
    const users: unknown[] = JSON.parse(body)
    return method === 'GET'
      ? { body: JSON.stringify([{ id: 'user_other' }, ...users.toReversed(), ...users]) }
      : undefined
  })
  const users = await getCachedUsersByIds([odd, 'user_2absent', healthy])
  expect(users.map(({ id }) => id)).toEqual([odd, healthy])
})

describe('an answer of another shape', () => {
  test.each([
    ['a page of users', '{"data":[],"total_count":0}', 'application/json'],
    ['null', 'null', 'application/json'],
    ['a number', '7', 'application/json'],
    ['text', '"users"', 'application/json'],
    ['HTML', '<h1>Hello</h1>', 'text/html'],
    ['nothing', '', 'application/json'],
  ])(
    'that is %s is clerk_unavailable for every read, and degraded for integrations',
    async (_, body, type) => {
      between.alter(() => ({ body, type }))
      const reads = [
        getCachedUserById(odd),
        getCachedUsersByIds([odd, healthy]),
        getCachedUserByUsername(`odd-${names}`),
        userIdsByRole(`shape-${names}-${body.length}`),
      ]
      for (const read of await Promise.allSettled(reads))
        expect(read).toMatchObject({ reason: { name: 'ClerkError', code: 'clerk_unavailable' } })
      expect((await getConnectedIntegrations(odd))[0]).toMatchObject({ status: 'degraded' })
    },
  )
})

describe('an odd account', () => {
  test('is left out, and the others are shown', async () => {
    services.clerk.connect(odd, { scopes: ['a'], email: 'second@example.com' })
    let changed = 0
    alterOdd((user) =>
      accounts(user, (account) =>
        changed++ === 0 ? without(account, 'id', 'external_account_id') : account,
      ),
    )
    expect((await getConnectedIntegrations(odd))[0]?.accounts).toHaveLength(1)
    expect(leftOut).toContainEqual({ record: 'external_account', id: 'none' })
  })

  test('without a provider and a time is that of Google by its kind', async () => {
    alterOdd((user) =>
      accounts(user, (account) => ({
        ...without(account, 'provider', 'created_at'),
        object: 'google_account',
      })),
    )
    expect((await getConnectedIntegrations(odd))[0]?.accounts).toMatchObject([{ since: null }])
  })
})

/** Changes one value anywhere in a JSON document. */
const mutation = fc.record({
  at: fc.nat(),
  to: fc.oneof(
    fc.constantFrom(
      null,
      undefined,
      '',
      0,
      -1,
      true,
      [],
      {},
      [null],
      'text',
      '2026-01-01T00:00:00Z',
      Number.MAX_VALUE,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  ),
})
type Mutation = { at: number; to: unknown }

function mutate(json: unknown, { at, to }: Mutation): unknown {
  let left = at % ((JSON.stringify(json) ?? '').match(/[:,[{]/g)?.length ?? 1)
  const visit = (value: unknown): unknown => {
    if (left-- === 0) return to
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, visit(field)]))
  }
  return visit(json)
}

const real = async (): Promise<User[]> => {
  const url = `${services.env.CLERK_API_URL}/v1/users?limit=20`
  return (await fetch(url, { headers: { authorization: `Bearer ${services.env.CLERK_SECRET_KEY}` } })).json()
}

test('no mutation of a real answer makes a parser throw anything but a ClerkError', async () => {
  const users = [...(await real()), wholeUser('user_2whole')]
  fc.assert(
    fc.property(
      fc.nat(users.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (which, changes) => {
        const json = changes.reduce(mutate, users[which])
        try {
          expect(isStoredUser(toCachedUser(json))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(ClerkError)
        }
        if (typeof json === 'object' && json !== null) namesIn(json)
      },
    ),
    { numRuns: fullOr(2000, 500) },
  )
})

test('no mutation of a record costs a healthy neighbor, over HTTP', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
      await lookups().invalidateTags([`user:${odd}`, `user:${healthy}`])
      alterOdd((user) => {
        const json = changes.reduce<unknown>(mutate, user)
        return json === undefined ? null : json
      })
      const users = await getCachedUsersByIds([odd, healthy])
      expect(users.map(({ id }) => id)).toContain(healthy)
      await getConnectedIntegrations(odd)
    }),
    { numRuns: fullOr(100, 25) },
  )
})

test('a user with every field has the names and values that the SDK of Clerk gives', async () => {
  between.alter(({ method, path }) =>
    method === 'GET'
      ? { body: JSON.stringify(path.includes('?') === false ? wholeUser(odd) : [wholeUser(odd)]) }
      : undefined,
  )
  const settings = { apiUrl: between.url, secretKey: services.env.CLERK_SECRET_KEY ?? '' }
  const theirs = await createClerkClient(settings).users.getUser(odd)
  const ours = await getCachedUserById(odd)
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(theirs)).concat(Object.keys(theirs))
  const missing = names.filter((name) => !(name in (ours ?? {})))
  expect(missing.sort()).toEqual(['_raw', 'privateMetadata', 'raw'])
  for (const name of names.filter((one) => one !== 'constructor' && !missing.includes(one)))
    expect([name, Reflect.get(theirs, name)]).toMatchObject([name, Reflect.get(ours ?? {}, name)])
})

test('the users of the seed are read without leaving anything out', async () => {
  expect((await getCachedUsersByIds(Object.values(people))).length).toBeGreaterThan(1)
  expect(leftOut).toEqual([])
})
