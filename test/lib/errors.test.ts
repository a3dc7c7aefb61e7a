import { describe, expect, test, vi } from 'vitest'
import { ClerkError } from '@/lib/clerk/error'
import { adviceBesideButton, descriptions, problemOf, problemOfOutcome, problemWithCode } from '@/lib/errors'
import { KitError, LookupError } from '@/lib/lookup/errors'
import { RedisError, type RedisFailure, redisFailures, wordsOf } from '@/lib/lookup/redis/failures'
import { InputError } from '@/lib/ops/id-list'

describe('the problem of an error', () => {
  test('has the code, what happened, what to do, and the status', () => {
    expect(problemOf(new ClerkError(429, 7, []))).toEqual({
      code: 'clerk_rate_limited',
      title: 'Clerk is busy',
      advice: 'Try again in 7 seconds.',
      fix: expect.stringContaining('Look on the dashboard for a lookup that misses often.'),
      status: 429,
      answeredAs: 'rate_limited',
      retryAfter: 7,
    })
  })

  test('says of a request beyond the app’s own budget that the app is busy, with 503 and when to try again', () => {
    expect(problemOf(new ClerkError(429, 3, ['over_budget', 'normal']))).toMatchObject({
      title: 'This app is busy',
      advice: 'Try again in 3 seconds.',
      ...{ status: 503, retryAfter: 3, answeredAs: 'rate_limited' },
    })
  })

  test.each([
    [{ limitedBy: 'clerk' }, 'Clerk is busy', 429],
    [{ limitedBy: 'clerk', overBudget: true }, 'This app is busy', 503],
    [{ limitedBy: 'provider' }, 'Google is busy', 429],
    [{}, 'Too many requests', 429],
  ] as const)('of an outcome names who is busy, with %j: %s', (by, title, status) => {
    expect(problemOfOutcome({ status: 'rate_limited', retryAfter: 7, ...by }, 'Google')).toMatchObject({
      ...{ title, status, advice: 'Try again in 7 seconds.', retryAfter: 7 },
    })
  })

  test('has advice without the words that a button beside it has', () => {
    expect(adviceBesideButton(problemWithCode('clerk_unavailable'))).toBe('')
    expect(adviceBesideButton(problemWithCode('clerk_rate_limited', { retryAfter: 3 }))).toBe('')
    expect(adviceBesideButton(problemWithCode('unavailable'))).toBe(
      'A service that this needs is not responding.',
    )
  })

  test.each(Object.keys(redisFailures) as RedisFailure[])(
    'says of a Redis failure, %s, what happened and what helps',
    (reason) => {
      const error = new RedisError('read', reason)
      const words = wordsOf(reason, 'rest')
      expect([words.title, words.fix]).not.toContain('')
      expect(problemOf(error)).toMatchObject({ code: error.code, status: 503, ...words })
      expect(error.message).toContain(words.fix)
    },
  )

  test('exists for an error of another copy of the module, because Next loads several copies', async () => {
    vi.resetModules()
    const another = await import('@/lib/clerk/error')
    expect(another.ClerkError).not.toBe(ClerkError)
    expect(problemOf(new another.ClerkError(undefined, undefined, []))).toMatchObject({ status: 503 })
  })

  test('exists for invalid arguments of a command', () => {
    expect(problemOf(new InputError('no'))).toMatchObject({ code: 'bad_input', status: 400 })
  })

  test.each([
    new Error('no'),
    Object.assign(new Error('no'), { code: 'clerk_unavailable' }),
    new KitError('constructor', 'a code that the kit does not have'),
    { code: 'clerk_unavailable' },
    'clerk_unavailable',
    undefined,
  ])('is undefined for %o', (error) => {
    expect(problemOf(error)).toBeUndefined()
  })
})

describe('the words about each code', () => {
  const all = Object.values(descriptions).flatMap((ofClass) => Object.entries(ofClass))

  test('are of one code each: no two classes share a code', () => {
    const codes = all.map(([code]) => code)
    expect(codes).toEqual([...new Set(codes)])
  })

  test.each(all)('of %s are a title without a period, sentences, and a status of an error', (_, words) => {
    expect(words.title).toMatch(/^[A-Z{].*[^.]$/)
    expect(words.advice).toMatch(/^[A-Z{].*\.$/)
    if (words.fix !== undefined) expect(words.fix).toMatch(/^[A-Z{].*\.$/)
    expect(words.status).toBeGreaterThanOrEqual(400)
  })

  test('name the provider where one is known', () => {
    expect(problemWithCode('scope_missing', { provider: 'Google' }).title).toBe(
      'A Google permission is missing',
    )
    expect(problemWithCode('not_connected').title).toBe('The provider is not connected')
  })

  test('do not call a mistake in the code an outage', () => {
    for (const code of ['bad_declaration', 'bad_value', 'inside_use_cache'] as const)
      expect(problemOf(new LookupError(code, ''))).toMatchObject({
        status: 500,
        advice: expect.stringContaining('mistake'),
      })
  })
})
