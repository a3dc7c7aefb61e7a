import { describe, expect, test } from 'vitest'
import { ClerkError } from '@/lib/clerk/error'
import { problemToShow } from '@/lib/http/problem-to-show'
import { LookupError } from '@/lib/lookup/errors'

describe('what a page or an action shows', () => {
  test('names the service that is not responding', () => {
    expect(problemToShow(new ClerkError(500, undefined, []))).toMatchObject({
      title: 'Clerk is not responding',
      advice: 'Try again in a few seconds.',
    })
    expect(problemToShow(new LookupError('store_unavailable', ''))).toMatchObject({
      title: 'Redis is not responding',
    })
  })

  test('says how long to wait', () => {
    expect(problemToShow(new ClerkError(429, 1, [])).advice).toBe('Try again in 1 second.')
  })

  test.each([new LookupError('bad_declaration', ''), new LookupError('bad_value', ''), new TypeError('no')])(
    'is not a mistake in the code: %o is thrown again, for the log and the error page',
    (error) => {
      expect(() => problemToShow(error)).toThrow(error)
    },
  )
})
