import { expect, test } from 'vitest'
import { nameOf, pictureOf } from '@/lib/dashboard/people'

test('a name cannot turn the text that follows it around', () => {
  const name = { id: 'user_1', username: 'ada' }
  expect(nameOf({ ...name, fullName: 'Ada \u202egnp.exe\u2066' })).toBe('Ada gnp.exe')
  expect(nameOf({ ...name, fullName: '\u202e' })).toBe('ada')
  expect(nameOf({ ...name, fullName: 'عبد الرحمن' })).toBe('عبد الرحمن')
})

test('only who has neither a name nor a picture of their own is shown without one', () => {
  const user = { id: 'user_1', fullName: null, username: null, imageUrl: 'https://img/1', hasImage: false }
  expect(pictureOf(user)).toBe('')
  expect(pictureOf({ ...user, hasImage: true })).toBe('https://img/1')
  expect(pictureOf({ ...user, username: 'ada' })).toBe('https://img/1')
})
