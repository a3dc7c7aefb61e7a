import { expect, test } from 'vitest'
import { answerOf } from '@/lib/lookup/redis/failures'

test.each([
  ['WRONGTYPE Operation against a key, command was: ["get","secret"]', 'WRONGTYPE'],
  ['Command 1 [ get ] failed: NOPERM this user has no permissions', 'NOPERM'],
  ["ERR unknown command 'SECRET'", 'ERR'],
  ['the value SECRET was not expected', undefined],
])('of an answer only its code is kept: %j', (message, code) => {
  expect(answerOf(new Error(message))).toBe(code)
})
