import { describe, expect, test } from 'vitest'
import { NO_NAMES, tagOfName, tagsOfUser } from '@/lib/cache/tags'

const always = ['user:user_1', 'users', 'tokens:user_1', 'integrations:user_1']

describe('the tags of a user', () => {
  test('include every lookup by name when the names are not known', () => {
    expect(tagsOfUser('user_1').toSorted()).toEqual(
      [...always, 'usernames', 'emails', 'external-ids'].toSorted(),
    )
  })

  test('include the names that are known, and all names of a kind that is not', () => {
    expect(tagsOfUser('user_1', { usernames: ['Ada'], externalIds: [] }).toSorted()).toEqual(
      [...always, tagOfName('username', 'ada'), 'emails'].toSorted(),
    )
  })

  test('include no name for a user who does not exist', () => {
    expect(tagsOfUser('user_1', NO_NAMES).toSorted()).toEqual(always.toSorted())
  })

  test('are the same for names that Clerk treats as equal, and different for external IDs that differ in case', () => {
    const one = tagsOfUser('user_1', { usernames: ['ADA'], emails: ['Ada@Example.com'] })
    expect(one).toEqual(tagsOfUser('user_1', { usernames: ['ada'], emails: ['ada@example.com'] }))
    expect(tagOfName('external-id', 'CRM-1')).not.toBe(tagOfName('external-id', 'crm-1'))
  })

  test('contain no name, no address and no external ID', () => {
    const names = { usernames: ['lovelace'], emails: ['lovelace@example.com'], externalIds: ['lovelace-7'] }
    expect(tagsOfUser('user_1', names).join()).not.toMatch(/lovelace|@|example/i)
  })

  test('are different for names that differ only in lone surrogates', () => {
    expect(tagOfName('username', '\ud800')).not.toBe(tagOfName('username', '\ud801'))
  })
})
