import { expect, test } from 'vitest'
import { nameOf } from '@/lib/dashboard/people'

test('a name cannot turn the text that follows it around', () => {
  const name = { id: 'user_1', username: 'ada' }
  expect(nameOf({ ...name, fullName: 'Ada \u202egnp.exe\u2066' })).toBe('Ada gnp.exe')
  expect(nameOf({ ...name, fullName: '\u202e' })).toBe('ada')
  expect(nameOf({ ...name, fullName: 'عبد الرحمن' })).toBe('عبد الرحمن')
})
