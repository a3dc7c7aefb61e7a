import { expect, test } from 'vitest'
import { createMonotonicCheck, versionsIn } from './read-only'

test('users are found wherever they stand in an answer', () => {
  expect(
    versionsIn({ page: { people: [{ id: 'a', updatedAt: 1 }], owner: { id: 'b', updatedAt: 2 } } }),
  ).toEqual([
    { id: 'a', updatedAt: 1 },
    { id: 'b', updatedAt: 2 },
  ])
  expect(versionsIn([null, 'text', { id: 1, updatedAt: 1 }, { id: 'c' }])).toEqual([])
})

test('a read that begins after another has returned something newer must not return something older', () => {
  const check = createMonotonicCheck()
  const early = check.reading()
  expect(check.reading()([{ id: 'a', updatedAt: 2 }])).toEqual([])
  expect(early([{ id: 'a', updatedAt: 1 }])).toEqual([])
  expect(check.reading()([{ id: 'a', updatedAt: 1 }])).toEqual(['a of 1 after 2'])
})
