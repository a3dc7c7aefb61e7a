import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'svix'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { settingsProblems } from '@/lib/process/settings'

const complete = {
  NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_x',
  CLERK_SECRET_KEY: 'sk_test_x',
  UPSTASH_REDIS_REST_URL: 'https://example.upstash.io/',
  UPSTASH_REDIS_REST_TOKEN: 'secret-token',
}

/** Base64 of this many bytes, all of them different. */
const base64 = (bytes: number, first = 0) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => first + i)).toString('base64')
const whsec = (bytes: number) => `whsec_${base64(bytes)}`

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
    ...(await import('@/lib/cache/tokens/settings')),
    ...(await import('@/lib/process/settings')),
    ...(await import('@/lib/webhooks/settings')),
    ...(await import('@/lib/auth/settings')),
    ...(await import('@/lib/telemetry/settings')),
  }
}

beforeEach(() => () => vi.unstubAllEnvs())

describe('the environment', () => {
  test('a complete environment gets its defaults', async () => {
    const { redisSettings, clerkSettings, cacheSettings, accountPage, logSettings, ...others } =
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
    })
    expect(cacheSettings().CACHE_BACKPLANE).toBe(false)
    expect(others.recordSettings().AUDIT_MAX_AGE_DAYS).toBe(90)
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

  test.each<[string, string, string]>([
    ['CLERK_SECRET_KEY', 'pk_test_swapped', 'must start with sk_test_ or sk_live_'],
    ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'sk_test_swapped', 'must start with pk_test_ or pk_live_'],
    ['UPSTASH_REDIS_REST_URL', 'redis://example:6379', 'must be an http or https address'],
    ['UPSTASH_REDIS_REST_URL', 'http://example.upstash.io', 'must begin with https://'],
    ['CLERK_API_URL', 'http://api.clerk.com', 'must begin with https://'],
    ['GOOGLE_API_BASE_URL', 'http://www.googleapis.com', 'must begin with https://'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', `${whsec(24)},bad`, 'secret 2 must start with whsec_'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_=', 'secret 1 is not base64: copy it again'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_', 'secret 1 has 0 bytes instead of 24 or more'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_AA==', 'secret 1 has 1 bytes instead of 24 or more'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', `${whsec(24)},${whsec(23)}`, 'secret 2 has 23 bytes'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', `whsec_${'A'.repeat(32)}`, 'secret 1 repeats a few bytes'],
    ['CACHE_ENCRYPTION_KEYS', `k1:${'A'.repeat(43)}=`, 'key 1 repeats a few bytes'],
    ['CACHE_ENCRYPTION_KEYS', `k1:${base64(32)},k2:${btoa('k2'.repeat(16))}`, 'key 2 repeats a few bytes'],
    ['CACHE_ENCRYPTION_KEYS', 'k1:dG9vIHNob3J0', 'key 1 must be 32 bytes in base64'],
    ['CACHE_ENCRYPTION_KEYS', `k1:${base64(32)},k1:${base64(32, 1)}`, 'key 2 has the ID of an earlier key'],
    ['CACHE_NAMESPACE', 'a:b', 'must be 1 to 32 letters, digits, - or _'],
    ['CACHE_USER_TTL', '-1', 'must be a whole number of 1 or more, or "adaptive"'],
    ['CACHE_USER_TTL', 'soon', 'must be a whole number of 1 or more, or "adaptive"'],
    ['CACHE_PROCESS_TTL', '601', 'must be a whole number from 0 to 600'],
    ['CACHE_PROCESS_MAX', '0', 'must be a whole number of 1 or more'],
    ['CACHE_REDIS_TIMEOUT_MS', '2.5', 'must be a whole number from 10 to 10000'],
    ['CACHE_BACKPLANE', 'yes', 'must be one of: on, off'],
    ['AUDIT_MAX_AGE_DAYS', '0', 'must be a whole number from 1 to 3650'],
    ['ACCOUNT_URL', 'account', 'must be a path or an http(s) address'],
    ...['//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', 'https://'].map(
      (url): [string, string, string] => ['ACCOUNT_URL', url, 'must be a path or an http(s) address'],
    ),
    ['CLERK_JWT_KEY', 'not a key', 'must be the whole PEM'],
    ...['example.com', 'https://example.com/', 'https://example.com,evil', 'javascript:alert(1)', '*'].map(
      (list): [string, string, string] => [
        'APP_ORIGINS',
        list,
        'must be origins such as https://example.com',
      ],
    ),
    ['NEXT_PUBLIC_CLERK_SIGN_IN_URL', 'sign-in', 'must be a path or an http(s) address'],
    ['NEXT_PUBLIC_CLERK_SIGN_UP_URL', '//evil.example', 'must be a path or an http(s) address'],
    ['OPS_TOKEN', 'short', 'must have at least 16 characters'],
    ['OPS_TOKEN', 'a'.repeat(32), 'repeats a few characters'],
    ['LOG_LEVEL', 'loud', 'must be one of: fatal, error, warn'],
  ])('a malformed %s stops the start: %s', (name, value, reason) => {
    expect(refusal({ ...complete, [name]: value })).toContain(`${name} is malformed: ${reason}`)
  })

  test.each([
    ...[
      'http://localhost:8079',
      'http://127.0.0.1:8079',
      'http://[::1]:8079',
      'http://10.1.2.3',
      'http://172.16.0.1',
    ],
    ...[
      'http://192.168.1.9:80',
      'http://[fd00::7]',
      'http://redis',
      'http://proxy.cache.svc.cluster.local:8080',
    ],
  ])('plain http is accepted for a host that is not public: %s', (url) => {
    expect(refusal({ ...complete, UPSTASH_REDIS_REST_URL: url })).toBe('')
  })

  test.each([
    ...[
      'http://10.example.com',
      'http://172.32.0.1',
      'http://8.8.8.8',
      'http://[2001:db8::1]',
      'http://[fc::1]',
    ],
    ...[
      'http://localhost.example.com',
      'http://127.0.0.1.nip.io',
      'HTTP://EXAMPLE.COM',
      'http://a@example.com',
    ],
  ])('plain http is refused for a public host: %s', (url) => {
    expect(refusal({ ...complete, UPSTASH_REDIS_REST_URL: url })).toContain('must begin with https://')
  })

  test('keys of two instances of Clerk are refused', () => {
    expect(refusal({ ...complete, CLERK_SECRET_KEY: 'sk_live_x' })).toContain(
      'CLERK_SECRET_KEY is of a live instance, NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY of a test instance',
    )
  })

  test('a path that is accepted never leads to another site', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '\t',
      '\n',
      ' ',
      '.',
      '@',
      ':',
      'evil.example',
      'javascript:',
      'a',
      '%2f',
      '?',
      '#',
    )
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 8 }), (list) => {
        const value = list.join('')
        fc.pre(refusal({ ...complete, ACCOUNT_URL: value }) === '')
        expect(new URL(value, 'https://app.example').origin).toBe('https://app.example')
      }),
    )
  })

  test('a signing secret that is accepted can sign, and is long enough', () => {
    const secret = fc.oneof(
      fc.uint8Array({ maxLength: 70 }).map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
      fc.stringMatching(/^(whsec_)?[A-Za-z0-9+/=_-]{0,60}$/),
      fc.string().map((text) => `whsec_${text}`),
    )
    fc.assert(
      fc.property(secret, (value) => {
        fc.pre(value !== '')
        const accepted = refusal({ ...complete, CLERK_WEBHOOK_SIGNING_SECRET: value }) === ''
        const bytes = Buffer.from(value.replace(/^whsec_/, ''), 'base64')
        const good =
          /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.trim()) &&
          bytes.length >= 24 &&
          new Set(bytes).size >= 8
        if (!good) expect(accepted).toBe(false)
        if (accepted) expect(new Webhook(value.trim()).sign('msg_1', new Date(0), '{}')).toMatch(/^v1,/)
      }),
    )
  })

  test('a random key, secret or token is accepted', () => {
    for (let i = 0; i < 200; i++)
      expect(
        refusal({
          ...complete,
          CACHE_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
          CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${randomBytes(24).toString('base64')}`,
          OPS_TOKEN: randomBytes(16).toString('hex'),
        }),
      ).toBe('')
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

describe('the address of a Redis server', () => {
  const { UPSTASH_REDIS_REST_URL: _, UPSTASH_REDIS_REST_TOKEN: __, ...others } = complete
  const tcp = () => import('@/lib/lookup/redis/tcp')
  async function refusalOf(source: Source) {
    const { configure, redisSettings } = await processWith({})
    configure({ tcp })
    return redisSettings.problems(source).join('\n')
  }

  test.each([
    'redis://localhost',
    'redis://127.0.0.1:6380',
    'redis://redis:6379/3',
    'redis://:p%40ss%2F@10.0.0.7',
    'redis://app:secret@[::1]:6379/0',
    'redis://main.abc.0001.euw1.cache.amazonaws.com:6379',
    'rediss://app:secret@redis.example.com:6379/15',
    'rediss://app:p@ss@redis.example.com',
  ])('%s takes the place of the REST address', async (REDIS_URL) => {
    expect(await refusalOf({ REDIS_URL })).toBe('')
    const { configure, redisAddress, redis } = await processWith({ ...others, REDIS_URL })
    configure({ tcp })
    expect(redisAddress()).toEqual({ url: REDIS_URL, tcp, timeoutMs: 250 })
    expect(redis().protocol).toBe('tcp')
  })

  test.each([
    'http://localhost:hush',
    'https://app:hush@redis.example.com',
    'app:hush@redis.example.com',
    'rediss://app:hush/hush@redis.example.com',
    'rediss://app:hush#hush@redis.example.com',
    'rediss://app:hush%@redis.example.com',
    'rediss://app:hush@redis.example.com/name',
    'rediss://app:hush@redis.example.com/0?tls=true',
    'rediss://:hush@',
    'redis://app:hush@redis.example.com',
    'redis://app:hush@93.184.216.34',
  ])('%s is malformed, which is said without the password', async (REDIS_URL) => {
    const message = await refusalOf({ REDIS_URL })
    expect(message).toMatch(/REDIS_URL is malformed: must (be|begin with) redis/)
    expect(message).not.toMatch(/hush/)
  })

  test('beside the REST address is refused, whichever is malformed or incomplete', async () => {
    const REDIS_URL = 'rediss://app:hush@redis.example.com'
    for (const rest of [
      { UPSTASH_REDIS_REST_URL: 'https://example.upstash.io', UPSTASH_REDIS_REST_TOKEN: 'x' },
      { UPSTASH_REDIS_REST_TOKEN: 'x' },
      { KV_REST_API_URL: 'https://example.upstash.io', KV_REST_API_TOKEN: 'x' },
    ]) {
      const message = await refusalOf({ REDIS_URL, ...rest })
      expect(message).toContain('REDIS_URL is set beside UPSTASH_REDIS_REST_')
      expect(message).not.toMatch(/hush/)
    }
  })

  test('of the same Upstash database, which Vercel sets too, is left alone', async () => {
    const { redisAddress } = await processWith({
      REDIS_URL: 'rediss://default:secret@example.upstash.io:6379',
      KV_REST_API_URL: 'https://example.upstash.io',
      KV_REST_API_TOKEN: 'token',
    })
    expect(redisAddress()).toMatchObject({ url: 'https://example.upstash.io', token: 'token' })
  })

  test('needs the client, which the app gives', async () => {
    const { redis } = await processWith({ REDIS_URL: 'redis://localhost' })
    expect(redis).toThrow('REDIS_URL needs the Redis client: call configure({ tcp:')
  })

  test.each([
    [{ REDIS_URL: 'redis://localhost' }, { url: 'https://given.upstash.io', token: 'given' }],
    [complete, { url: 'rediss://given.example.com' }],
    [
      { ...others, KV_REST_API_URL: 'https://example.upstash.io', KV_REST_API_TOKEN: 'x' },
      { url: 'redis://given' },
    ],
  ])('%o gives way to one that is given in code', async (source, redis) => {
    const { configure, redisAddress } = await processWith(source)
    configure({ redis, tcp })
    expect(redisAddress()).toMatchObject(redis)
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
    expect(kit.cacheSettings().CACHE_USER_TTL).toBe(60)
    expect(kit.cacheSettings().CACHE_BACKPLANE).toBe(true)
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
