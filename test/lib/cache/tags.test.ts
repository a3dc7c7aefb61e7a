import { describe, expect, test } from 'vitest'
import { NO_NAMES, tagsOfUser } from '@/lib/cache/tags'

const always = ['user:user_1', 'users', 'tokens:user_1', 'integrations:user_1']

describe('the tags of a user', () => {
  test('include every lookup by name when the names are not known', () => {
    expect(tagsOfUser('user_1').toSorted()).toEqual(
      [...always, 'usernames', 'emails', 'external-ids'].toSorted(),
    )
  })

  test('include the names that are known, and all names of a kind that is not', () => {
    expect(tagsOfUser('user_1', { usernames: ['Ada'], externalIds: [] }).toSorted()).toEqual(
      [...always, 'username:ada', 'emails'].toSorted(),
    )
  })

  test('include no name for a user who does not exist', () => {
    expect(tagsOfUser('user_1', NO_NAMES).toSorted()).toEqual(always.toSorted())
  })

  test('are the same for names that Clerk treats as equal, and contain no e-mail address', () => {
    const one = tagsOfUser('user_1', { usernames: ['ADA'], emails: ['Ada@Example.com'] })
    expect(one).toEqual(tagsOfUser('user_1', { usernames: ['ada'], emails: ['ada@example.com'] }))
    expect(one.join()).not.toMatch(/@|example/i)
  })
})
