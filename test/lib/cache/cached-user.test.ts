import { describe, expect, test } from 'vitest'
import { CACHED_USER_VERSION, namesOf, toCachedUser, versionOf } from '@/lib/cache/cached-user'
import { namesIn } from '@/lib/cache/names-in-json'

const user = { id: 'user_1', created_at: 1, updated_at: 2 }

describe('the version of a cached user', () => {
  type Json = Parameters<Parameters<typeof versionOf>[0]>[0]

  test.each<[string, (json: Json) => object]>([
    ['gets another field', (json) => ({ ...toCachedUser(json), locale: 'en' })],
    [
      'loses a field',
      (json) => {
        const { username: _, ...rest } = toCachedUser(json)
        return rest
      },
    ],
    [
      'has objects instead of strings in a list',
      (json) => {
        const cached = toCachedUser(json)
        const verifiedEmailAddresses = cached.verifiedEmailAddresses.map((address) => ({ address }))
        return { ...cached, verifiedEmailAddresses }
      },
    ],
    [
      'has another key in a nested object',
      (json) => {
        const cached = toCachedUser(json)
        return { ...cached, primaryEmailAddress: { ...cached.primaryEmailAddress, id: 'idn_1' } }
      },
    ],
    [
      'has a date instead of a number',
      (json) => ({ ...toCachedUser(json), createdAt: new Date(json.created_at) }),
    ],
  ])('changes when the user %s', (_, select) => {
    expect(versionOf(select)).not.toBe(CACHED_USER_VERSION)
  })

  test('is the same each time', () => {
    expect(versionOf(toCachedUser)).toBe(CACHED_USER_VERSION)
  })

  test('depends on every field, because the sample has a value for each of them', () => {
    versionOf((json) => {
      const empty = JSON.stringify(toCachedUser(json)).match(/"[^"]+":(?:null|""|\[\]|\{\})/g)
      expect(empty).toBeNull()
      return json
    })
  })
})

describe('the names of a user', () => {
  test('are all names in a webhook, and those by which the cached user can be found', () => {
    const json = {
      ...user,
      username: 'ada',
      external_id: 'crm-1',
      email_addresses: [
        { id: 'a', email_address: 'ada@example.com', verification: { status: 'verified' } },
        { id: 'b', email_address: 'ada@example.org', verification: { status: 'unverified' } },
      ],
    }
    const names = { usernames: ['ada'], externalIds: ['crm-1'] }
    expect(namesIn(json)).toEqual({ ...names, emails: ['ada@example.com', 'ada@example.org'] })
    expect(namesOf(toCachedUser(json))).toEqual({ ...names, emails: ['ada@example.com'] })
  })

  test('are empty for a user without names', () => {
    const json = { ...user, username: null, external_id: null, email_addresses: [] }
    const none = { usernames: [], externalIds: [], emails: [] }
    expect(namesIn(json)).toEqual(none)
    expect(namesOf(toCachedUser(json))).toEqual(none)
  })

  test('are not known where the JSON does not have them in the expected form', () => {
    expect(namesIn({})).toEqual({})
    expect(namesIn({ username: 7, external_id: {}, email_addresses: ['ada@example.com'] })).toEqual({})
  })
})
