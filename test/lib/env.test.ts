import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, parseEnv } from '@/lib/env'

const complete = {
  NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_x',
  CLERK_SECRET_KEY: 'sk_test_x',
  UPSTASH_REDIS_REST_URL: 'https://example.upstash.io/',
  UPSTASH_REDIS_REST_TOKEN: 'secret-token',
}

function refusal(source: Record<string, string | undefined>): string {
  try {
    parseEnv(source)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
  throw new Error('the environment was accepted')
}

describe('the environment', () => {
  test('a complete one gets its defaults', () => {
    expect(parseEnv(complete)).toMatchObject({
      UPSTASH_REDIS_REST_URL: 'https://example.upstash.io',
      CLERK_API_URL: 'https://api.clerk.com',
      CACHE_USER_TTL: 300,
      CACHE_PROCESS_TTL: 0,
      CACHE_BACKPLANE: false,
    })
  })

  test.each(Object.keys(complete))('a missing %s is named with its purpose and an example', (name) => {
    const message = refusal({ ...complete, [name]: undefined })
    expect(message).toContain(`${name} is missing`)
    expect(message).toMatch(/what for: \S/)
    expect(message).toContain(`example:  ${name}=`)
  })

  test('an empty value counts as missing', () => {
    expect(refusal({ ...complete, CLERK_SECRET_KEY: '' })).toContain('CLERK_SECRET_KEY is missing')
  })

  test('every problem is named at once', () => {
    const message = refusal({})
    for (const name of Object.keys(complete)) expect(message).toContain(name)
  })

  test('the names that Vercel gives an Upstash database are read too', () => {
    const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, ...clerk } = complete
    const parsed = parseEnv({
      ...clerk,
      KV_REST_API_URL: UPSTASH_REDIS_REST_URL,
      KV_REST_API_TOKEN: UPSTASH_REDIS_REST_TOKEN,
    })
    expect(parsed.UPSTASH_REDIS_REST_TOKEN).toBe('secret-token')
  })

  test.each([
    ['CLERK_SECRET_KEY', 'pk_test_swapped'],
    ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'sk_test_swapped'],
    ['UPSTASH_REDIS_REST_URL', 'redis://example:6379'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_good,bad'],
    ['CACHE_ENCRYPTION_KEYS', 'k1:dG9vIHNob3J0'],
    ['CACHE_ENCRYPTION_KEYS', `k1:${'A'.repeat(43)}=,k1:${'B'.repeat(42)}A=`],
    ['CACHE_NAMESPACE', 'a:b'],
    ['CACHE_USER_TTL', '-1'],
    ['CACHE_USER_TTL', 'soon'],
    ['CACHE_PROCESS_TTL', '601'],
    ['CACHE_BACKPLANE', 'yes'],
    ['CLERK_JWT_KEY', 'not a key'],
    ['OPS_TOKEN', 'short'],
    ['LOG_LEVEL', 'loud'],
  ])('a malformed %s stops the start: %s', (name, value) => {
    expect(refusal({ ...complete, [name]: value })).toContain(`${name} is malformed`)
  })

  test('no message shows a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (value) => {
        const canary = `canary-${value}`
        const message = refusal({
          CLERK_SECRET_KEY: canary,
          UPSTASH_REDIS_REST_URL: canary,
          CACHE_ENCRYPTION_KEYS: canary,
        })
        return !message.includes(canary)
      }),
    )
  })
})
