import { expect, test } from 'vitest'
import { createLimit } from '@/lib/lookup/limit'

/** Work that runs until it is ended, in the order in which it began. */
function createWork() {
  const began: string[] = []
  const ends = new Map<string, () => void>()
  return {
    began,
    end: (name: string) => ends.get(name)?.(),
    named: (name: string) => () =>
      new Promise<void>((resolve) => {
        began.push(name)
        ends.set(name, resolve)
      }),
  }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('work that is not urgent takes half of the places at most', async () => {
  const [limit, work] = [createLimit(4), createWork()]
  for (const name of ['a', 'b', 'c', 'd']) void limit(work.named(name), false)
  await turn()
  expect(work.began).toEqual(['a', 'b'])
  for (const name of ['1', '2', '3']) void limit(work.named(name))
  await turn()
  expect(work.began).toEqual(['a', 'b', '1', '2'])
})

test('urgent work is next when a place is free, and then the others in their order', async () => {
  const [limit, work] = [createLimit(2), createWork()]
  for (const name of ['a', 'b', 'c']) void limit(work.named(name), false)
  for (const name of ['1', '2']) void limit(work.named(name))
  await turn()
  expect(work.began).toEqual(['a', '1'])
  work.end('a')
  await turn()
  expect(work.began).toEqual(['a', '1', '2'])
  work.end('1')
  await turn()
  expect(work.began).toEqual(['a', '1', '2', 'b'])
})

test('one place serves everybody', async () => {
  const [limit, work] = [createLimit(1), createWork()]
  void limit(work.named('a'), false)
  void limit(work.named('b'), false)
  await turn()
  work.end('a')
  await turn()
  expect(work.began).toEqual(['a', 'b'])
})
