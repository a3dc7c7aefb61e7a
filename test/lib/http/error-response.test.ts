import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '@/lib/auth/auth-error'
import { ClerkError } from '@/lib/clerk/error'
import { ConfigurationError } from '@/lib/env'
import { errorResponse, knownErrorResponse } from '@/lib/http/error-response'
import { LookupError } from '@/lib/lookup/errors'
import { RedisError, type RedisFailure, redisFailures, wordsOf } from '@/lib/lookup/redis/failures'

const answerOf = async (response: Response) => [response.status, (await response.json()).error]

test('a browser or a proxy never keeps an error', async () => {
  const response = errorResponse('not_connected', { provider: 'Google' })
  expect(response.status).toBe(404)
  expect(response.headers.get('cache-control')).toBe('no-store, private')
  expect(await response.json()).toEqual({
    error: {
      code: 'not_connected',
      message: 'Google is not connected. Connect it on your account page, then come back.',
    },
  })
})

test('a rate limit says how long to wait, in words and in Retry-After', async () => {
  const response = errorResponse('rate_limited', { retryAfter: 41 })
  expect(response.headers.get('retry-after')).toBe('41')
  expect(await answerOf(response)).toEqual([
    429,
    { code: 'rate_limited', message: 'Too many requests. Try again in 41 seconds.' },
  ])
})

describe('an error of the kit', () => {
  test.each([
    [new AuthError('unauthenticated'), 401, 'unauthenticated', 'You are not signed in.'],
    [new AuthError('forbidden'), 403, 'forbidden', 'You do not have access.'],
    [new ConfigurationError('not_configured', ''), 503, 'not_configured', 'This is not set up yet.'],
    [new ClerkError(429, 7, []), 429, 'rate_limited', 'Clerk is busy. Try again in 7 seconds.'],
    [new ClerkError(429, undefined, []), 429, 'rate_limited', 'Clerk is busy.'],
    [new ClerkError(undefined, undefined, []), 503, 'unavailable', 'Clerk is not responding.'],
    [new ClerkError(401, undefined, []), 503, 'unavailable', 'Clerk did not accept the app’s key.'],
    [new LookupError('load_timeout', ''), 503, 'unavailable', 'Loading a value took too long.'],
    [new LookupError('revoked', ''), 401, 'unauthenticated', 'Your session was ended. Sign in again.'],
    [new LookupError('revocation_unknown', ''), 503, 'unavailable', 'Your session could not be checked.'],
    [new LookupError('invalidation_unconfirmed', ''), 503, 'invalidation_unconfirmed', 'Redis did not'],
    [new RedisError('read', 'timeout'), 503, 'unavailable', 'Redis answers too slowly.'],
  ])('%o is answered with %i %s', async (error, status, code, words) => {
    const [answered, body] = await answerOf(knownErrorResponse(error))
    expect([answered, body.code]).toEqual([status, code])
    expect(body.message).toContain(words)
  })

  test('without a Retry-After of Clerk’s says to wait 10 seconds', () => {
    expect(knownErrorResponse(new ClerkError(429, undefined, [])).headers.get('retry-after')).toBe('10')
  })

  test('never says in public what the people who run the app have to do', async () => {
    const reasons = Object.keys(redisFailures).flatMap((reason) =>
      (['rest', 'tcp'] as const).map((protocol) => {
        const error = new RedisError('read', reason as RedisFailure, protocol)
        const { fix } = wordsOf(error.reason, protocol)
        // The words are there, for the log.
        expect(error.message).toContain(fix)
        return { error, fix }
      }),
    )
    const others = [
      new ConfigurationError('not_configured', 'set CLERK_SECRET_KEY to a key'),
      new ClerkError(401, undefined, ['clerk_key_invalid']),
      new LookupError('scripts_not_permitted', 'the token of UPSTASH_REDIS_REST_URL'),
    ].map((error) => ({ error, fix: error.message }))
    for (const { error, fix } of [...reasons, ...others]) {
      const text = await knownErrorResponse(error).text()
      expect(text).not.toContain(fix)
      // The name of a setting.
      expect(text).not.toMatch(/\b[A-Z]{2,}_[A-Z_]+\b/)
    }
  })
})

describe('a mistake in the code', () => {
  test.each(['bad_declaration', 'bad_value', 'inside_use_cache'] as const)(
    '%s is a 500 of its own, is not called an outage, and is logged',
    async (code) => {
      const log = vi.spyOn(console, 'error').mockReturnValue()
      const error = new LookupError(code, 'Lookup "user"')
      const [status, body] = await answerOf(knownErrorResponse(error))
      expect([status, body.code]).toEqual([500, code])
      expect(body.message).toContain('a mistake in the app’s code, not an outage')
      expect(log.mock.calls).toEqual([[error]])
      // Expected here; test/support/setup.ts refuses it elsewhere.
      log.mockClear()
    },
  )
})

test('an error that is not the kit’s is thrown again', () => {
  const error = new TypeError('no')
  expect(() => knownErrorResponse(error)).toThrow(error)
})
