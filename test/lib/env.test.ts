import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { settingsProblems } from '@/lib/process/settings'

const complete = {
  NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_x',
  CLERK_SECRET_KEY: 'sk_test_x',
  UPSTASH_REDIS_REST_URL: 'https://example.upstash.io/',
  UPSTASH_REDIS_REST_TOKEN: 'secret-token',
}

type Source = Record<string, string | undefined>

const refusal = (source: Source) => settingsProblems(source).join('\n')

/** The modules of a new process with this environment. */
async function processWith(source: Source) {
  vi.resetModules()
  vi.unstubAllEnvs()
  Reflect.deleteProperty(globalThis, Symbol.for('clerk-cache-kit'))
  for (const [name, value] of Object.entries(source)) vi.stubEnv(name, value)
  return {
    ...(await import('@/lib/config')),
    ...(await import('@/lib/env')),
    ...(await import('@/lib/cache/key-ring')),
    ...(await import('@/lib/auth/settings')),
    ...(await import('@/lib/telemetry/settings')),
  }
}

beforeEach(() => () => vi.unstubAllEnvs())

describe('the environment', () => {
  test('a complete environment gets its defaults', async () => {
    const { redisSettings, clerkSettings, cacheSettings, accountPage, logSettings } =
      await processWith(complete)
    expect(settingsProblems(complete)).toEqual([])
    expect(redisSettings()).toMatchObject({
      UPSTASH_REDIS_REST_URL: 'https://example.upstash.io',
      CACHE_REDIS_TIMEOUT_MS: 250,
    })
    expect(clerkSettings().CLERK_API_URL).toBe('https://api.clerk.com')
    expect(cacheSettings()).toMatchObject({
      CACHE_NAMESPACE: 'ck',
      CACHE_USER_TTL: 300,
      CACHE_PROCESS_TTL: 0,
      CACHE_PROCESS_MAX: 5000,
      CACHE_BACKPLANE: false,
      AUDIT_MAX_AGE_DAYS: 90,
    })
    expect(accountPage()).toBe('/account')
    expect(logSettings().LOG_LEVEL).toBe('info')
  })

  test.each(Object.keys(complete))('a missing %s is reported with its purpose and an example', (name) => {
    const message = refusal({ ...complete, [name]: undefined })
    expect(message).toContain(`${name} is missing`)
    expect(message).toMatch(/purpose: \S/)
    expect(message).toContain(`example: ${name}=`)
  })

  test('an empty value counts as missing', () => {
    expect(refusal({ ...complete, CLERK_SECRET_KEY: '' })).toContain('CLERK_SECRET_KEY is missing')
  })

  test('every problem is reported at once', () => {
    const message = refusal({ LOG_LEVEL: 'loud', OPS_TOKEN: 'short' })
    for (const name of [...Object.keys(complete), 'LOG_LEVEL', 'OPS_TOKEN']) expect(message).toContain(name)
  })

  test('the names that Vercel gives an Upstash database are read too', async () => {
    const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, ...clerk } = complete
    const { redisAddress } = await processWith({
      ...clerk,
      KV_REST_API_URL: UPSTASH_REDIS_REST_URL,
      KV_REST_API_TOKEN: UPSTASH_REDIS_REST_TOKEN,
    })
    expect(redisAddress()).toMatchObject({ url: 'https://example.upstash.io', token: 'secret-token' })
  })

  test.each([
    ['CLERK_SECRET_KEY', 'pk_test_swapped', 'must start with sk_test_ or sk_live_'],
    ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'sk_test_swapped', 'must start with pk_test_ or pk_live_'],
    ['UPSTASH_REDIS_REST_URL', 'redis://example:6379', 'must be an http or https address'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_good,bad', 'each secret must start with whsec_'],
    ['CACHE_ENCRYPTION_KEYS', 'k1:dG9vIHNob3J0', 'key 1 must be 32 bytes in base64'],
    [
      'CACHE_ENCRYPTION_KEYS',
      `k1:${'A'.repeat(43)}=,k1:${'B'.repeat(42)}A=`,
      'key 2 has the ID of an earlier key',
    ],
    ['CACHE_NAMESPACE', 'a:b', 'must be 1 to 32 letters, digits, - or _'],
    ['CACHE_USER_TTL', '-1', 'must be a whole number of 1 or more, or "adaptive"'],
    ['CACHE_USER_TTL', 'soon', 'must be a whole number of 1 or more, or "adaptive"'],
    ['CACHE_PROCESS_TTL', '601', 'must be a whole number from 0 to 600'],
    ['CACHE_PROCESS_MAX', '0', 'must be a whole number of 1 or more'],
    ['CACHE_REDIS_TIMEOUT_MS', '2.5', 'must be a whole number from 10 to 10000'],
    ['CACHE_BACKPLANE', 'yes', 'must be one of: on, off'],
    ['AUDIT_MAX_AGE_DAYS', '0', 'must be a whole number from 1 to 3650'],
    ['ACCOUNT_URL', 'account', 'must be a path or an http(s) address'],
    ['CLERK_JWT_KEY', 'not a key', 'must be a PEM'],
    ['NEXT_PUBLIC_CLERK_SIGN_IN_URL', 'sign-in', 'must be a path or an http(s) address'],
    ['OPS_TOKEN', 'short', 'must have at least 16 characters'],
    ['LOG_LEVEL', 'loud', 'must be one of: fatal, error, warn'],
  ])('a malformed %s stops the start: %s', (name, value, reason) => {
    expect(refusal({ ...complete, [name]: value })).toContain(`${name} is malformed: ${reason}`)
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

  test('a malformed variable of another part or tool does not affect user reads', async () => {
    const { redis, namespace, clerkSettings, cacheSettings, logSettings, opsSettings } = await processWith({
      ...complete,
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: undefined,
      LOG_LEVEL: 'verbose',
      OPS_TOKEN: 'short',
      CLERK_JWT_KEY: 'no PEM',
    })
    expect(redis().isHealthy()).toBe(true)
    expect(namespace()).toBe('ck')
    expect(clerkSettings().CLERK_SECRET_KEY).toBe('sk_test_x')
    expect(cacheSettings().CACHE_USER_TTL).toBe(300)
    expect(logSettings).toThrow('LOG_LEVEL is malformed')
    expect(opsSettings).toThrow('OPS_TOKEN is malformed')
  })

  test('a variable that only one feature needs is missing when that feature uses it', async () => {
    const { keySettings, encryptionKeys } = await processWith(complete)
    expect(keySettings()).toEqual({})
    expect(encryptionKeys).toThrow('CACHE_ENCRYPTION_KEYS is missing')
  })
})

describe('settings given in code', () => {
  test('come before the environment, which then need not have them', async () => {
    const kit = await processWith({ CACHE_NAMESPACE: 'of-the-environment' })
    kit.configure({
      redis: { url: 'https://given.upstash.io/', token: 'given' },
      clerk: { secretKey: 'sk_test_given', apiUrl: 'https://clerk.example' },
      namespace: 'given',
      userTtl: 60,
      accountPage: '/settings/connections',
      variables: { CACHE_BACKPLANE: 'on' },
    })
    expect(kit.redisAddress()).toMatchObject({ url: 'https://given.upstash.io', token: 'given' })
    expect(kit.clerkSettings()).toEqual({
      CLERK_SECRET_KEY: 'sk_test_given',
      CLERK_API_URL: 'https://clerk.example',
    })
    expect(kit.cacheSettings()).toMatchObject({ CACHE_USER_TTL: 60, CACHE_BACKPLANE: true })
    expect(kit.namespace()).toBe('given')
    expect(kit.accountPage()).toBe('/settings/connections')
  })

  test('are checked like the environment', async () => {
    const { configure, namespace } = await processWith(complete)
    configure({ namespace: 'a:b' })
    expect(namespace).toThrow('CACHE_NAMESPACE is malformed')
  })

  test('can be a Redis client, which is then the only connection', async () => {
    const { configure, redis } = await processWith({})
    const { createRedisClient } = await import('@/lib/lookup/redis/client')
    const client = createRedisClient({ url: 'https://given.upstash.io', token: 'given' })
    configure({ redis: client })
    expect(redis()).toBe(client)
  })

  test('cannot change once they are in use', async () => {
    const { configure, redis, namespace } = await processWith(complete)
    namespace()
    expect(() => configure({ namespace: 'other' })).toThrow(
      expect.objectContaining({
        code: 'configured_too_late',
        message: expect.stringContaining('CACHE_NAMESPACE'),
      }),
    )
    redis()
    const { createRedisClient } = await import('@/lib/lookup/redis/client')
    const client = createRedisClient({ url: 'https://given.upstash.io', token: 'given' })
    expect(() => configure({ redis: client })).toThrow(
      expect.objectContaining({ code: 'configured_too_late' }),
    )
  })

  test('can be given again unchanged, as each copy of a module does', async () => {
    const { configure, namespace } = await processWith(complete)
    configure({ namespace: 'given' })
    expect(namespace()).toBe('given')
    configure({ namespace: 'given' })
    vi.resetModules()
    const copy = await import('@/lib/config')
    copy.configure({ namespace: 'given' })
    expect(copy.namespace()).toBe('given')
  })
})
