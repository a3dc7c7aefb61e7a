import { describe, expect, test } from 'vitest'
import { problemOf } from '@/lib/errors'
import { createBoundedMap, overLimit, refuseOverLimit } from '@/lib/http/rate-limit'
import { useServices } from '../../support/services'

const services = useServices({ keep: true })

// So long that no window ends during a test.
const limit = (name: string) => ({ name, calls: 3, seconds: 100_000 })

test('remembers a bounded number of callers over a limit', async () => {
  const remembered = createBoundedMap(3)
  for (let i = 0; i < 10; i++) remembered.set(`user_${i}`, i)
  expect([...remembered.keys()]).toEqual(['user_7', 'user_8', 'user_9'])
})

test('an action over the limit is refused with the seconds to wait, which is no limit of Clerk', async () => {
  for (let i = 0; i < 3; i++) await refuseOverLimit(limit('action'), 'user_1')
  const error = await refuseOverLimit(limit('action'), 'user_1').catch((caught: unknown) => caught)
  expect(error).toMatchObject({ clerkCodes: ['own_limit'], retryAfter: expect.any(Number) })
  expect(problemOf(error)).toMatchObject({
    title: 'You’ve tried this too often',
    status: 429,
  })
})

describe('a limit of three calls', () => {
  test('allows three, then says how many seconds to wait', async () => {
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await overLimit(limit('four'), 'user_1'))
    expect(answers.slice(0, 3)).toEqual([undefined, undefined, undefined])
    expect(answers[3]).toBeGreaterThanOrEqual(1)
    expect(Number.isInteger(answers[3])).toBe(true)
  })

  test('counts each caller alone', async () => {
    for (let i = 0; i < 4; i++) await overLimit(limit('callers'), 'user_1')
    expect(await overLimit(limit('callers'), 'user_2')).toBeUndefined()
  })

  test('costs no Redis command for a caller who is over it', async () => {
    for (let i = 0; i < 4; i++) await overLimit(limit('memory'), 'user_1')
    services.upstash.resetCounts()
    expect(await overLimit(limit('memory'), 'user_1')).toBeGreaterThanOrEqual(1)
    expect(services.upstash.counts().http).toBe(0)
  })

  test.each([
    ['is not responding', { reset: 'before' as const }],
    [
      'refuses writes',
      { error: "OOM command not allowed when used memory > 'maxmemory'.", only: ['eval', 'evalsha'] },
    ],
  ])('is counted by the process while Redis %s', async (name, faults) => {
    services.upstash.faults.set(faults)
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await overLimit(limit(name), 'user_1'))
    expect(answers).toEqual([undefined, undefined, undefined, expect.any(Number)])
    expect(await overLimit(limit(name), 'user_2')).toBeUndefined()
  })
})
