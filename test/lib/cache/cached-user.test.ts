import { describe, expect, test } from 'vitest'
import {
  CACHED_USER_VERSION,
  isStoredUser,
  namesIn,
  namesOf,
  storedPart,
  toCachedUser,
  USER_FIELDS,
  versionOf,
  withComputed,
} from '@/lib/cache/cached-user'
import type { Fields } from '@/lib/clerk/select'
import { wholeUser } from '../../support/whole-user'

const user = { id: 'user_1', created_at: 1, updated_at: 2 }

describe('the version of a cached user', () => {
  const { username: _, ...withoutUsername } = USER_FIELDS
  const [address] = USER_FIELDS.emailAddresses
  test.each<[string, Fields]>([
    ['gets another field', { ...USER_FIELDS, passkeys: 'flag' }],
    ['loses a field', withoutUsername],
    ['has another key in a list', { ...USER_FIELDS, emailAddresses: [{ ...address, reserved: 'flag' }] }],
    ['has a field of another kind', { ...USER_FIELDS, createdAt: 'time?' }],
  ])('changes when the user %s', (_, fields) => {
    expect(versionOf(fields)).not.toBe(CACHED_USER_VERSION)
  })

  test('is the same each time', () => {
    expect(versionOf(structuredClone(USER_FIELDS))).toBe(CACHED_USER_VERSION)
  })
})

/** A user with a value in every field of the specification. */
const whole = () => wholeUser('user_1')

describe('a user with every field', () => {
  test('has an empty value in no field', () => {
    const empty = JSON.stringify(toCachedUser(whole())).match(/"[^"]+":(?:null|""|\[\]|\{\}|false)/g)
    expect(empty).toBeNull()
  })

  test('comes back from what is stored as it was, and the getters of Clerk are not stored', () => {
    const user = toCachedUser(whole())
    const stored: unknown = JSON.parse(JSON.stringify(storedPart(user)))
    expect(isStoredUser(stored) && withComputed(stored)).toEqual(user)
    expect(stored).not.toHaveProperty('primaryEmailAddress')
  })

  test('loses only the element that is odd', () => {
    const user = toCachedUser({
      ...whole(),
      phone_numbers: [null, { id: 'idn_9' }, { phone_number: '+491' }],
    })
    expect(user.phoneNumbers).toMatchObject([{ id: '', phoneNumber: '+491', verification: null }])
    expect(user.web3Wallets).toHaveLength(1)
  })

  test.each([8.64e15 + 1, -8.64e15 - 1, 1e300, '99999999999999999'])(
    'has no time that cannot be a date: %s',
    (at) => {
      expect(toCachedUser({ ...whole(), created_at: at, last_sign_in_at: at })).toMatchObject({
        ...{ createdAt: 0, lastSignInAt: null },
      })
      expect(isStoredUser({ ...storedPart(toCachedUser(whole())), createdAt: Number(at) })).toBe(false)
    },
  )

  test('never has private metadata, a nonce or backup codes', () => {
    expect(JSON.stringify(toCachedUser(whole()))).not.toMatch(/secret-/)
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
